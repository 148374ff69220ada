import { describe, expect, it } from '@jest/globals';
import { argmaxRows, softmaxRows } from './softmax.js';

describe('softmax', () => {
  it('gives rows that sum to 1, for logits of any size', () => {
    const probabilities = softmaxRows(Float32Array.of(0, Math.log(3), 1000, -1000), 2);
    for (const [i, expected] of [0.25, 0.75, 1, 0].entries())
      expect(probabilities[i]).toBeCloseTo(expected, 6);
  });

  it('takes the first of equal scores', () => {
    expect([...argmaxRows(Float32Array.of(1, 1, 0, -2, -1, -3), 3)]).toEqual([0, 1]);
  });
});
