import { describe, expect, it } from '@jest/globals';
import * as fc from 'fast-check';
import { float32Data, float32Tensor } from '../tensor.js';
import { GradientAccumulator } from './accumulator.js';
import { createOptimizer } from './createOptimizer.js';

const VALUES = 5;
const gradient = fc.array(fc.float({ min: -100, max: 100, noNaN: true }), {
  minLength: VALUES,
  maxLength: VALUES,
});
const microBatches = fc.array(fc.tuple(fc.integer({ min: 1, max: 500 }), gradient), {
  minLength: 1,
  maxLength: 12,
});

describe('GradientAccumulator', () => {
  it('gives the big batch: the mean of all examples, to 1e-6 of the largest gradient, and again after that', () => {
    const { arena } = createOptimizer(new Map([['w', float32Tensor([VALUES])]]), {
      type: 'sgd',
      weightDecay: 0,
      accumulates: true,
    });
    const accumulator = new GradientAccumulator(arena);
    const gradients = float32Data(arena.region('gradients').get('w')!);
    fc.assert(
      fc.property(microBatches, (batches) => {
        for (const [examples, values] of batches) {
          gradients.set(values);
          accumulator.add(examples);
        }
        accumulator.finish();
        const total = batches.reduce((sum, [examples]) => sum + examples, 0);
        const largest = Math.max(...batches.flatMap(([, values]) => values.map(Math.abs)));
        gradients.forEach((value, at) => {
          const mean = batches.reduce((sum, [examples, values]) => sum + examples * values[at]!, 0) / total;
          expect(Math.abs(value - mean)).toBeLessThanOrEqual(1e-6 * largest);
        });
      }),
    );
  });
});
