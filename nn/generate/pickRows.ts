import { encodeModel } from '../graph/encode.js';
import { type CacheShape, cacheNames } from '../models/layers/keyValueCache.js';
import { GraphBuilder } from '../ops/builder.js';
import { float32Data, float32Tensor, int64Tensor, type Tensor } from '../tensor.js';

/**
 * A model that picks rows of a cache: `past.N.*` and `rows`, int64 [picked], give `present.N.*` with one row for each of
 * `rows`. Kept apart from the decoder, so that greedy steps do not pay for it.
 */
export function buildPickRows(cache: CacheShape): Uint8Array {
  const builder = new GraphBuilder();
  builder.input('rows', 'int64', ['picked']);
  const outputs: Record<string, string> = {};
  const presents = cacheNames('present', cache);
  for (const [at, name] of cacheNames('past', cache).entries()) {
    const past = builder.input(name, 'float32', ['batch', cache.heads, 'past', cache.width]);
    outputs[presents[at]!] = builder.emit('Gather-13', [past, 'rows']);
  }
  return encodeModel(builder.build('pickRows', outputs));
}

/** The same of one float32 or int64 tensor, for what changes seldom or is small. */
export function pickTensorRows(tensor: Tensor, rows: Int32Array): Tensor {
  const dims = [rows.length, ...tensor.dims.slice(1)];
  const width = tensor.data.length / tensor.dims[0]!;
  const pick = <T extends Float32Array | BigInt64Array>(data: T, made: T): T => {
    for (const [at, row] of rows.entries()) {
      made.set(data.subarray(row * width, (row + 1) * width) as never, at * width);
    }
    return made;
  };
  return tensor.data instanceof BigInt64Array
    ? int64Tensor(dims, pick(tensor.data, new BigInt64Array(rows.length * width)))
    : float32Tensor(dims, pick(float32Data(tensor), new Float32Array(rows.length * width)));
}
