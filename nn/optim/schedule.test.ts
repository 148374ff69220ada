import { describe, expect, it } from '@jest/globals';
import { scheduledRate, warmupStepsOf } from './schedule.js';

describe('scheduledRate', () => {
  it('rises over the warm-up, then falls to zero at the last step', () => {
    const schedule = { shape: 'linear', learningRate: 1, warmupSteps: 4, totalSteps: 8 } as const;
    const rates = Array.from({ length: 10 }, (_, step) => scheduledRate(schedule, step));
    expect(rates).toEqual([0, 0.25, 0.5, 0.75, 1, 0.75, 0.5, 0.25, 0, 0]);
  });

  it('starts at the full rate with no warm-up', () => {
    for (const shape of ['constant', 'linear', 'cosine', 'polynomial'] as const) {
      expect(scheduledRate({ shape, learningRate: 3, warmupSteps: 0, totalSteps: 2 }, 0)).toBe(3);
    }
  });
});

describe('warmupStepsOf', () => {
  it('takes steps as they are and rounds a share up', () => {
    expect(warmupStepsOf({ steps: 7 }, 100)).toBe(7);
    expect(warmupStepsOf({ ratio: 0.06 }, 101)).toBe(7);
    expect(warmupStepsOf({ ratio: 0 }, 101)).toBe(0);
  });
});
