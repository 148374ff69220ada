import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { cacheNames } from '../models/layers/keyValueCache.js';
import { float32Data, float32Tensor } from '../tensor.js';
import { TensorCache } from './tensorCache.js';

const shape = { layers: 2, heads: 3, width: 4 };
const { heads, width } = shape;

/** What a run over `rows` rows of `count` tokens gives; `mark` tells runs, tensors and places apart. */
function made(rows: number, count: number, mark: number) {
  const dims = [rows, heads, count, width];
  return Object.fromEntries(
    cacheNames('new', shape).map((name, at) => {
      const data = Float32Array.from(
        { length: rows * heads * count * width },
        (_, i) => mark * 10_000 + at * 2500 + i,
      );
      return [name, float32Tensor(dims, data)];
    }),
  );
}

/** Values of one tensor by row, head and token. */
function tokensOf(data: Float32Array, rows: number, room: number, length: number): number[][][] {
  return Array.from({ length: rows }, (_, row) =>
    Array.from({ length: heads }, (__, head) => {
      const start = (row * heads + head) * room * width;
      return Array.from(data.subarray(start, start + length * width));
    }),
  );
}

describe('a cache', () => {
  it('begins with no tokens', () => {
    const past = new TensorCache(shape, 5).past();
    expect(Object.keys(past)).toEqual(['past.0.keys', 'past.0.values', 'past.1.keys', 'past.1.values']);
    for (const { dims } of Object.values(past)) expect(dims).toEqual([5, 3, 0, 4]);
  });

  it('holds what was appended, of the rows that were picked, whenever it grows', () => {
    const steps = fc.array(
      fc.oneof(
        fc.record({ count: fc.integer({ min: 1, max: 90 }) }),
        fc.record({ picks: fc.array(fc.nat(), { minLength: 1, maxLength: 4 }) }),
      ),
      { minLength: 1, maxLength: 8 },
    );
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 3 }), steps, (rows, all) => {
        const cache = new TensorCache(shape, rows);
        let expected = Array.from({ length: rows }, () => Array.from({ length: heads }, (): number[] => []));
        for (const [mark, step] of all.entries()) {
          if ('picks' in step) {
            const picked = step.picks.map((pick) => pick % cache.rows);
            cache.pick(Int32Array.from(picked));
            expected = picked.map((row) => expected[row]!);
          } else {
            const added = made(cache.rows, step.count, mark);
            cache.append(added);
            const own = tokensOf(float32Data(added['new.1.keys']!), cache.rows, step.count, step.count);
            expected = expected.map((row, at) => row.map((tokens, head) => [...tokens, ...own[at]![head]!]));
          }
        }
        const { dims, data } = cache.past()['past.1.keys']!;
        expect(dims).toEqual([cache.rows, heads, cache.room, width]);
        expect(tokensOf(data as Float32Array, cache.rows, cache.room, cache.length)).toEqual(expected);
      }),
      { numRuns: 40 },
    );
  });

  it('makes new memory at few of many steps, and little more than it needs', () => {
    const cache = new TensorCache(shape, 2);
    const seen = new Set<unknown>();
    for (let length = 1; length <= 500; length += 1) {
      cache.append(made(2, 1, length));
      seen.add(cache.past()['past.0.keys']!.data);
      expect(cache.room).toBeLessThanOrEqual(Math.max(64, 1.2 * length));
    }
    expect(seen.size).toBeLessThan(25);
  });
});
