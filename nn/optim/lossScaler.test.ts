import { describe, expect, it } from '@jest/globals';
import { LOSS_SCALER_DEFAULTS, LossScaler } from './lossScaler.js';

describe('LossScaler', () => {
  it('stays within its bounds and says where halving cannot help', () => {
    const scaler = new LossScaler({ initialScale: 4, growthInterval: 1, minScale: 1, maxScale: 8 });
    expect([1, 1, 1].map((norm) => scaler.accept(norm) && scaler.scale)).toEqual([8, 8, 8]);
    for (const bad of [Number.NaN, Number.POSITIVE_INFINITY, Number.NaN]) scaler.accept(bad);
    expect(scaler.state).toEqual({ scale: 1, goodSteps: 0, skippedSteps: 3 });
    expect(() => scaler.accept(Number.NaN)).toThrow(
      expect.objectContaining({ code: 'LOSS_NOT_FINITE', details: { lossScale: 1, skippedSteps: 3 } }),
    );
  });

  it('goes on from a saved state', () => {
    const state = { scale: 512, goodSteps: LOSS_SCALER_DEFAULTS.growthInterval - 1, skippedSteps: 3 };
    const scaler = new LossScaler(LOSS_SCALER_DEFAULTS, state);
    scaler.accept(1);
    expect(scaler.state).toEqual({ scale: 1024, goodSteps: 0, skippedSteps: 3 });
  });
});
