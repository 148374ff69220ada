import { RELATION_MARKERS } from '../../contracts/index.js';
import { addTokens } from '../../nn/index.js';
import type { BlobStore } from '../ports.js';
import type { LoadedBaseModel } from './baseModels/index.js';
import { grownBase } from './grownBase.js';

/**
 * The base model with the markers of a relation as tokens of its own, whose embeddings are the means of those of the pieces
 * they were made of. A model that has them already keeps them.
 * @throws what `grownBase` throws
 */
export const withRelationMarkers = (
  ctx: { readonly blobs: BlobStore },
  base: LoadedBaseModel,
): Promise<LoadedBaseModel> => {
  const markers = [...RELATION_MARKERS.head, ...RELATION_MARKERS.tail];
  const to = addTokens(base.tokenizerJson, markers, { special: true });
  return grownBase(ctx, base, { from: base.tokenizerJson, to });
};
