import { z } from 'zod';
import { plumblineError } from '../../../contracts/index.js';

/** `model_type` values of a Hugging Face config.json that the neural core builds. */
const SUPPORTED_ARCHITECTURES: readonly string[] = ['bert'];

const HuggingFaceConfig = z.looseObject({ model_type: z.string() });
export type HuggingFaceConfig = z.infer<typeof HuggingFaceConfig>;

/**
 * The model's config.json, read far enough to know that the model can be built at all.
 * @throws BASE_MODEL_UNSUPPORTED
 */
export const parseModelConfig = (bytes: Uint8Array, reference: string): HuggingFaceConfig => {
  let json: unknown;
  try {
    json = JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(bytes));
  } catch (cause) {
    throw plumblineError('BASE_MODEL_UNSUPPORTED', `config.json of ${reference} is not JSON`, { cause });
  }
  const config = HuggingFaceConfig.safeParse(json);
  if (!config.success)
    throw plumblineError('BASE_MODEL_UNSUPPORTED', `config.json of ${reference} names no model_type`);
  const found = config.data.model_type;
  if (!SUPPORTED_ARCHITECTURES.includes(found))
    throw plumblineError(
      'BASE_MODEL_UNSUPPORTED',
      `${reference} has model_type "${found}"; supported: ${SUPPORTED_ARCHITECTURES.join(', ')}`,
      { details: { found, supported: SUPPORTED_ARCHITECTURES } },
    );
  return config.data;
};
