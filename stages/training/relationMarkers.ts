import { plumblineError, RELATION_MARKERS } from '../../contracts/index.js';
import { addTokens, growEmbedding, readModelWeights, writeSafetensors } from '../../nn/index.js';
import type { BlobStore } from '../ports.js';
import type { LoadedBaseModel } from './baseModels/index.js';

/** How the families name what has a row a token: the embedding, and an output head of its own with its bias. */
const EMBEDDING = /(?:^|\.)(?:word_embeddings|embed_tokens|wte|shared)\.weight$/;
const OUTPUT = /(?:^|\.)(?:lm_head|cls\.predictions(?:\.decoder)?)\.(?:weight|bias)$/;

/**
 * The base model with the markers of a relation as tokens of its own, whose embeddings are the means of those of the pieces
 * they were made of. A model that has them already stays as it is. What is made of the run needs no more than this base.
 * @throws BASE_MODEL_UNSUPPORTED when the checkpoint has no token embedding, TOKENIZER_INVALID, WEIGHTS_CORRUPT
 */
export const withRelationMarkers = async (
  { blobs }: { readonly blobs: BlobStore },
  base: LoadedBaseModel,
): Promise<LoadedBaseModel> => {
  const grown = addTokens(base.tokenizerJson, [...RELATION_MARKERS.head, ...RELATION_MARKERS.tail], {
    special: true,
  });
  const tensors = readModelWeights(base.weights);
  const embedding = [...tensors].find(([name]) => EMBEDDING.test(name))?.[1];
  if (embedding === undefined)
    throw plumblineError(
      'BASE_MODEL_UNSUPPORTED',
      `${base.model.reference} has no token embedding that the markers of a relation could be added to`,
    );
  let vocabularySize = 0;
  let added = 0;
  for (const [name, tensor] of tensors) {
    const hasRows = EMBEDDING.test(name) || OUTPUT.test(name);
    if (!hasRows || tensor.dims[0] !== embedding.dims[0]) continue;
    const larger = await growEmbedding({ from: base.tokenizerJson, to: grown, embedding: tensor });
    tensors.set(name, larger.embedding);
    vocabularySize = larger.vocabularySize;
    added += larger.embedding.data.length - tensor.data.length;
  }
  const tokenizerJson = new TextEncoder().encode(grown);
  const weights = writeSafetensors(tensors);
  const config = { ...base.config, vocab_size: vocabularySize };
  const model = {
    ...base.model,
    parameters: base.model.parameters + added,
    config: await blobs.put(new TextEncoder().encode(JSON.stringify(config))),
    weights: { 'model.safetensors': await blobs.put(weights) },
    tokenizer: await blobs.put(tokenizerJson),
  };
  return { model, config, weights, tokenizerJson };
};
