import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { packedExtent } from './packedExtent.js';
import { packedTexts } from './packing.js';

const lengths = fc.array(fc.integer({ min: 1, max: 60 }), { minLength: 1, maxLength: 120 });
const sampling = fc.record({
  batchSize: fc.integer({ min: 1, max: 20 }),
  microBatchSize: fc.integer({ min: 1, max: 20 }),
  seed: fc.nat(1000),
});

describe('the extent of packed batches', () => {
  it('has room for all tokens of an epoch, in no row longer than the longest text', () => {
    fc.assert(
      fc.property(lengths, sampling, (given, recipe) => {
        const texts = packedTexts([Int32Array.from(given)]);
        const { largest, mean, partsPerStep } = packedExtent(texts, recipe);
        const steps = Math.ceil(given.length / recipe.batchSize);
        const computed = mean.batch * mean.sequence * partsPerStep * steps;
        expect(computed).toBeGreaterThanOrEqual(given.reduce((sum, length) => sum + length, 0) - 1e-6);
        expect(mean.texts * partsPerStep * steps).toBeCloseTo(given.length, 6);
        expect(largest.sequence).toBeLessThanOrEqual(texts.rowTokens[0]!);
        expect(largest.batch * largest.sequence).toBeGreaterThanOrEqual(mean.batch * mean.sequence - 1e-6);
      }),
    );
  });
});
