import { readFileSync } from 'node:fs';
import { describe, expect, it } from '@jest/globals';
import { LOSS_SCALER_DEFAULTS, LossScaler } from './lossScaler.js';
import { type ScheduleShape, scheduledRate } from './schedule.js';

interface Golden {
  readonly learningRate: number;
  readonly rates: Readonly<Record<string, readonly number[]>>;
  readonly scaler: {
    readonly growthInterval: number;
    readonly finite: readonly boolean[];
    readonly after: readonly (readonly [number, number])[];
  };
}
const golden = JSON.parse(readFileSync(new URL('goldens/schedules.json', import.meta.url), 'utf8')) as Golden;

describe('scheduledRate', () => {
  it.each(Object.entries(golden.rates))("equals transformers' %s at every step", (title, expected) => {
    const [shape, warmup, total] = title.split(' ') as [ScheduleShape, string, string];
    const schedule = {
      shape,
      learningRate: golden.learningRate,
      warmupSteps: Number(warmup),
      totalSteps: Number(total),
    };
    expected.forEach((rate, step) => {
      expect(Math.abs(scheduledRate(schedule, step) - rate)).toBeLessThan(1e-20);
    });
  });
});

describe('LossScaler', () => {
  it('has the scale and the count of torch.amp.GradScaler after every step', () => {
    const { growthInterval, finite, after } = golden.scaler;
    const scaler = new LossScaler({ ...LOSS_SCALER_DEFAULTS, growthInterval });
    const found = finite.map((good) => {
      expect(scaler.accept(good ? 1 : Number.POSITIVE_INFINITY)).toBe(good);
      return [scaler.state.scale, scaler.state.goodSteps];
    });
    expect(found).toEqual(after);
    expect(scaler.state.skippedSteps).toBe(finite.filter((good) => !good).length);
  });
});
