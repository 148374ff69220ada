import { z } from 'zod';
import { plumblineError } from '../../../contracts/index.js';
import { CLASSIFIER_MODEL_TYPES } from '../../../nn/index.js';

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
  const supported: readonly string[] = CLASSIFIER_MODEL_TYPES;
  if (!supported.includes(found))
    throw plumblineError(
      'BASE_MODEL_UNSUPPORTED',
      `${reference} has model_type "${found}"; to classify texts, supported are: ${supported.join(', ')}`,
      { details: { found, supported } },
    );
  return config.data;
};
