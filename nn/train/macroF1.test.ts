import { describe, expect, it } from '@jest/globals';
import { macroF1 } from './macroF1.js';

const score = (labels: number[], predicted: number[]) =>
  macroF1(Int32Array.from(labels), Int32Array.from(predicted));

describe('macroF1', () => {
  it('is the mean of the F1 of each class', () => {
    expect(score([0, 0, 1, 1], [0, 0, 1, 1])).toBe(1);
    // class 0: precision 2/3, recall 1; class 1: precision 1, recall 1/2
    expect(score([0, 0, 1, 1], [0, 0, 0, 1])).toBeCloseTo((0.8 + 2 / 3) / 2, 12);
  });

  it('counts a class that is only predicted, and no class that never occurs', () => {
    expect(score([0, 0], [0, 2])).toBeCloseTo((2 / 3 + 0) / 2, 12);
    expect(score([], [])).toBe(0);
  });
});
