import { encodeModel } from '../graph/encode.js';
import { CACHE_PARTS, type CacheShape, cacheName } from '../models/layers/keyValueCache.js';
import { GraphBuilder } from '../ops/builder.js';

/**
 * A model that picks rows of a cache: `past.N.*` and `rows`, int64 [picked], give `present.N.*` with one row for each of
 * `rows`. Kept apart from the decoder, so that greedy steps do not pay for it.
 */
export function buildPickRows({ layers, heads, width }: CacheShape): Uint8Array {
  const builder = new GraphBuilder();
  builder.input('rows', 'int64', ['picked']);
  const outputs: Record<string, string> = {};
  for (let layer = 0; layer < layers; layer += 1) {
    for (const part of CACHE_PARTS) {
      const past = builder.input(cacheName('past', layer, part), 'float32', ['batch', heads, 'past', width]);
      outputs[cacheName('present', layer, part)] = builder.emit('Gather-13', [past, 'rows']);
    }
  }
  return encodeModel(builder.build('pickRows', outputs));
}
