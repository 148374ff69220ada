import { describe, expect, it } from '@jest/globals';
import { linearSchedule } from './schedule.js';

describe('linearSchedule', () => {
  it('rises over the warm-up, then falls to zero at the last step', () => {
    const schedule = { learningRate: 1, warmupSteps: 4, totalSteps: 8 };
    const rates = Array.from({ length: 10 }, (_, step) => linearSchedule(schedule, step));
    expect(rates).toEqual([0, 0.25, 0.5, 0.75, 1, 0.75, 0.5, 0.25, 0, 0]);
  });

  it('starts at the full rate with no warm-up', () => {
    expect(linearSchedule({ learningRate: 3, warmupSteps: 0, totalSteps: 2 }, 0)).toBe(3);
  });
});
