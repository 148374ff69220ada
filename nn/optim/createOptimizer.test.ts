import { describe, expect, it } from '@jest/globals';
import { float32Tensor } from '../tensor.js';
import { createOptimizer, type OptimizerSettings } from './createOptimizer.js';

const parameters = new Map([
  ['layer.weight', float32Tensor([64, 32])],
  ['layer.bias', float32Tensor([64])],
]);
const WEIGHT_BYTES = (64 * 32 + 64) * 4;

describe('createOptimizer', () => {
  it.each<[OptimizerSettings, number]>([
    [{ type: 'adamw', weightDecay: 0 }, 4 * WEIGHT_BYTES],
    [{ type: 'sgd', weightDecay: 0 }, 3 * WEIGHT_BYTES],
    [{ type: 'sgd', weightDecay: 0, momentum: 0 }, 2 * WEIGHT_BYTES],
    [{ type: 'sgd', weightDecay: 0, momentum: 0, accumulates: true }, 3 * WEIGHT_BYTES],
    // Rows 64, columns 32, the bias's 64, and sums and factors of the widest row.
    [{ type: 'adafactor', weightDecay: 0 }, 2 * WEIGHT_BYTES + (64 + 32 + 64) * 4 + 12 * 65],
  ])('%j holds no region it does not need', (settings, bytes) => {
    const { arena } = createOptimizer(parameters, settings);
    expect(arena.memory.buffer.byteLength).toBe(Math.ceil(bytes / 65_536) * 65_536);
    const state = arena.stateRegions.flatMap((region) => [...arena.copy(region).values()]);
    const floats = [...state, ...arena.copy('weights').values()].reduce(
      (sum, { data }) => sum + data.length,
      0,
    );
    const scratchAndGradients =
      WEIGHT_BYTES * (settings.accumulates ? 2 : 1) + (settings.type === 'adafactor' ? 780 : 0);
    expect(floats * 4 + scratchAndGradients).toBe(bytes);
  });

  it('refuses what does not fit before it allocates, and says what would', () => {
    const dims = [300_000, 1000];
    const giant = new Map([['giant', { dtype: 'float32', dims, data: new Float32Array(0) } as const]]);
    expect(() => createOptimizer(giant, { type: 'adamw', weightDecay: 0 })).toThrow(
      expect.objectContaining({
        code: 'BASE_MODEL_UNSUPPORTED',
        message: expect.stringMatching(/^300 million .* freeze more of the model, or take an optimiser/),
      }),
    );
  });

  it("refuses Nesterov's form without a momentum", () => {
    expect(() =>
      createOptimizer(parameters, { type: 'sgd', weightDecay: 0, momentum: 0, nesterov: true }),
    ).toThrow(expect.objectContaining({ code: 'SHAPE_MISMATCH' }));
  });
});
