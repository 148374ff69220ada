import { plumblineError, RELATION_MARKERS } from '../../contracts/index.js';
import { addTokens, growEmbedding, readSafetensors, writeSafetensors } from '../../nn/index.js';
import type { BlobStore } from '../ports.js';
import type { LoadedBaseModel } from './baseModels/index.js';

/** How the families name the embedding of their tokens, with or without a prefix. */
const EMBEDDING = /(?:^|\.)(?:word_embeddings|embed_tokens|wte)\.weight$/;

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
  const tensors = readSafetensors(base.weights);
  const name = [...tensors.keys()].find((key) => EMBEDDING.test(key));
  const embedding = name === undefined ? undefined : tensors.get(name);
  if (name === undefined || embedding === undefined)
    throw plumblineError(
      'BASE_MODEL_UNSUPPORTED',
      `${base.model.reference} has no token embedding that the markers of a relation could be added to`,
    );
  const { embedding: larger, vocabularySize } = await growEmbedding({
    from: base.tokenizerJson,
    to: grown,
    embedding,
  });
  const tokenizerJson = new TextEncoder().encode(grown);
  const weights = writeSafetensors(new Map([...tensors, [name, larger]]));
  const config = { ...base.config, vocab_size: vocabularySize };
  const model = {
    ...base.model,
    parameters: base.model.parameters + larger.data.length - embedding.data.length,
    config: await blobs.put(new TextEncoder().encode(JSON.stringify(config))),
    weights: await blobs.put(weights),
    tokenizer: await blobs.put(tokenizerJson),
  };
  return { model, config, weights, tokenizerJson };
};
