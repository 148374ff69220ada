import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { Random } from '../../random.js';
import { draw } from './choose.js';
import { highest } from './highest.js';
import { logSoftmax, softmax } from './softmax.js';
import { topK } from './topK.js';
import { topP } from './topP.js';

// Whole numbers make equal scores common.
const scores = fc
  .array(fc.oneof(fc.integer({ min: -4, max: 4 }), fc.double({ min: -30, max: 30, noNaN: true })), {
    minLength: 1,
    maxLength: 40,
  })
  .map((values) => Float32Array.from(values));
const kept = (values: Float32Array) => [...values.keys()].filter((token) => Number.isFinite(values[token]));

describe('scores', () => {
  it('highest are those that a whole sort puts first', () => {
    fc.assert(
      fc.property(scores, fc.integer({ min: 1, max: 45 }), (values, count) => {
        const sorted = [...values.keys()].sort((a, b) => values[b]! - values[a]! || a - b);
        expect(highest(values, count)).toEqual(sorted.slice(0, count));
      }),
    );
  });

  it('become probabilities that add up to 1, and their logarithms', () => {
    fc.assert(
      fc.property(scores, (values) => {
        const probabilities = softmax(values);
        expect(probabilities.reduce((sum, each) => sum + each, 0)).toBeCloseTo(1, 10);
        for (const [token, logarithm] of logSoftmax(values).entries())
          expect(logarithm).toBeCloseTo(Math.log(probabilities[token]!), 4);
      }),
    );
  });

  it('after topK are at least that many, all not below those that are gone', () => {
    fc.assert(
      fc.property(scores, fc.integer({ min: 1, max: 45 }), (values, count) => {
        const left = kept(topK(values, count));
        expect(left.length).toBeGreaterThanOrEqual(Math.min(count, values.length));
        const least = Math.min(...left.map((token) => values[token]!));
        expect(left).toEqual([...values.keys()].filter((token) => values[token]! >= least));
      }),
    );
  });

  it('after topP reach the mass, and would not without the least of them', () => {
    fc.assert(
      fc.property(scores, fc.double({ min: 0.01, max: 0.99, noNaN: true }), (values, mass) => {
        const probabilities = softmax(values);
        const left = kept(topP(values, mass)).map((token) => probabilities[token]!);
        const total = left.reduce((sum, each) => sum + each, 0);
        expect(total).toBeGreaterThanOrEqual(mass - 1e-9);
        if (left.length > 1) expect(total - Math.min(...left)).toBeLessThan(mass + 1e-9);
      }),
    );
  });

  it('that are impossible are never drawn', () => {
    fc.assert(
      fc.property(scores, fc.integer(), (values, seed) => {
        const narrowed = topK(values, 3);
        expect(kept(narrowed)).toContain(draw(narrowed, new Random(seed)));
      }),
    );
  });
});
