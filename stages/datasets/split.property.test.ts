import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { sha256Hex } from '../digest.js';
import { splitOf } from './split.js';

const RECIPE = { train: 8, validation: 1, test: 1, seed: 17 };

describe('splitOf', () => {
  it('depends on cluster, seed and shares only', () =>
    fc.assert(
      fc.property(fc.string(), fc.nat(), (id, seed) => {
        const cluster = sha256Hex(id);
        expect(splitOf(cluster, { ...RECIPE, seed })).toBe(splitOf(cluster, { ...RECIPE, seed }));
        // Twice the shares are the same shares.
        expect(splitOf(cluster, { train: 16, validation: 2, test: 2, seed })).toBe(
          splitOf(cluster, { ...RECIPE, seed }),
        );
      }),
    ));

  it('gives each split its share, within four standard deviations, for any seed', () => {
    for (const seed of [0, 17, 4242]) {
      const counts = { train: 0, validation: 0, test: 0 };
      for (let index = 0; index < 10_000; index += 1)
        counts[splitOf(sha256Hex(String(index)), { ...RECIPE, seed })] += 1;
      expect(Math.abs(counts.train - 8000)).toBeLessThan(160);
      expect(Math.abs(counts.validation - 1000)).toBeLessThan(120);
    }
  });
});
