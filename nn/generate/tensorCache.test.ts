import { describe, expect, it } from '@jest/globals';
import { float32Data, type Tensor } from '../tensor.js';
import { TensorCache } from './tensorCache.js';

const shape = { layers: 2, heads: 3, width: 4 };
const memoryOf = (tensors: Readonly<Record<string, Tensor>>) =>
  Object.values(tensors).map((tensor) => float32Data(tensor).buffer);

/** A run over `rows` rows up to `length` tokens that writes `value` everywhere. */
function run(cache: TensorCache, rows: number, length: number, value: number) {
  const present = cache.present(rows, length);
  for (const tensor of Object.values(present)) float32Data(tensor).fill(value);
  cache.commit(rows, length);
  return present;
}

describe('a cache', () => {
  it('begins with no tokens', () => {
    const past = new TensorCache(shape, 5).past();
    expect(Object.keys(past)).toEqual(['past.0.keys', 'past.0.values', 'past.1.keys', 'past.1.values']);
    for (const { dims } of Object.values(past)) expect(dims).toEqual([5, 3, 0, 4]);
  });

  it('reads what a run has written, where it was written', () => {
    const cache = new TensorCache(shape, 2);
    const present = run(cache, 2, 7, 1);
    const past = cache.past();
    const written = memoryOf(present);
    for (const [at, memory] of memoryOf(past).entries()) expect(memory).toBe(written[at]);
    expect(past['past.1.values']!.dims).toEqual([2, 3, 7, 4]);
    expect(new Set(float32Data(past['past.1.values']!))).toEqual(new Set([1]));
  });

  it('never lets a run write what it reads, and every tensor has memory of its own', () => {
    const cache = new TensorCache(shape, 2);
    for (let length = 1; length < 5; length += 1) {
      run(cache, 2, length, length);
      const memory = [...memoryOf(cache.past()), ...memoryOf(cache.present(2, length + 1))];
      expect(new Set(memory).size).toBe(memory.length);
    }
  });

  it('makes new memory for few of many steps', () => {
    const cache = new TensorCache(shape, 2);
    const seen = new Set<ArrayBufferLike>();
    for (let length = 1; length <= 500; length += 1) {
      run(cache, 2, length, length);
      for (const memory of memoryOf(cache.past())) seen.add(memory);
    }
    // Two buffers of each of four tensors, made for 64, 130, 262 and 526 tokens or so.
    expect(seen.size).toBeLessThanOrEqual(2 * 4 * 4);
  });

  it('changes its number of rows', () => {
    const cache = new TensorCache(shape, 2);
    run(cache, 2, 3, 1);
    run(cache, 8, 3, 2);
    expect(cache.past()['past.0.keys']!.dims).toEqual([8, 3, 3, 4]);
  });
});
