import { configText, growCheckpoint, readModelWeights, writeSafetensors } from '../../nn/index.js';
import type { BlobStore } from '../ports.js';
import type { LoadedBaseModel } from './baseModels/index.js';

interface TokenizerChange {
  /** The tokenizer.json that the weights belong to, and the one they are to belong to. */
  readonly from: Uint8Array | string;
  readonly to: string;
}

/**
 * The base model with another tokenizer, and a row of its embeddings for each token. What is made of the run needs no more
 * than this base.
 * @throws BASE_MODEL_UNSUPPORTED when the checkpoint has no token embedding, TOKENIZER_INVALID, WEIGHTS_CORRUPT
 */
export const grownBase = async (
  { blobs }: { readonly blobs: BlobStore },
  base: LoadedBaseModel,
  { from, to }: TokenizerChange,
): Promise<LoadedBaseModel> => {
  const before = readModelWeights(base.weights);
  const after = await growCheckpoint({ configJson: base.config, weights: before }, { from, to });
  const weights = writeSafetensors(after.weights, { format: 'pt' });
  const tokenizerJson = new TextEncoder().encode(to);
  const config = after.configJson as LoadedBaseModel['config'];
  const parameters = [...after.weights].reduce(
    (sum, [name, { data }]) => sum + data.length - before.get(name)!.data.length,
    base.model.parameters,
  );
  const model = {
    ...base.model,
    parameters,
    config: await blobs.put(new TextEncoder().encode(configText(config))),
    weights: { 'model.safetensors': await blobs.put(weights) },
    tokenizer: await blobs.put(tokenizerJson),
  };
  return { model, config, weights, tokenizerJson };
};
