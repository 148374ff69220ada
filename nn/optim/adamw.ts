import type { ParameterArena } from './arena.js';
import {
  ArenaOptimizer,
  type GroupRules,
  type ParameterRun,
  parameterRuns,
  type Update,
} from './optimizer.js';

export interface AdamWOptions extends GroupRules {
  readonly beta1: number;
  readonly beta2: number;
  readonly epsilon: number;
  readonly weightDecay: number;
}

/** PyTorch's. */
export const ADAMW_DEFAULTS = { beta1: 0.9, beta2: 0.999, epsilon: 1e-8 } as const;

/**
 * AdamW with decoupled weight decay and bias correction (Loshchilov & Hutter 2019), equal to torch.optim.AdamW in
 * float32. The arena is laid out by `ADAMW_LAYOUT`.
 */
export class AdamW extends ArenaOptimizer {
  private readonly runs: readonly ParameterRun[];

  constructor(
    arena: ParameterArena,
    private readonly options: AdamWOptions,
  ) {
    super(arena);
    this.runs = parameterRuns(arena.slots, options);
  }

  protected override update({ step, learningRate, gradientScale }: Update): void {
    const { beta1, beta2, epsilon, weightDecay } = this.options;
    const correction1 = 1 - beta1 ** step;
    const rootCorrection2 = Math.sqrt(1 - beta2 ** step);
    for (const { byteOffset, byteLength, decays, learningRateScale } of this.runs) {
      const rate = learningRate * learningRateScale;
      this.kernels.adamw(
        this.arena.address('weights') + byteOffset,
        this.arena.address('firstMoments') + byteOffset,
        this.arena.address('secondMoments') + byteOffset,
        this.arena.address('gradients') + byteOffset,
        byteLength,
        gradientScale,
        1 - beta1,
        beta2,
        1 - beta2,
        decays ? 1 - rate * weightDecay : 1,
        rate / correction1,
        rootCorrection2,
        epsilon,
      );
    }
  }
}
