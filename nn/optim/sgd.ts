import { NnError } from '../errors.js';
import { type ArenaLayout, type ParameterArena, SAME_SHAPE } from './arena.js';
import {
  ArenaOptimizer,
  type GroupRules,
  type ParameterRun,
  parameterRuns,
  type Update,
} from './optimizer.js';

export interface SgdOptions extends GroupRules {
  /** 0 needs no state at all. */
  readonly momentum: number;
  /** Steps along the gradient at the point the momentum leads to; needs a momentum. */
  readonly nesterov: boolean;
  /** Added to the gradient times the weight, so that it is an L2 penalty and goes through the momentum. */
  readonly weightDecay: number;
}

export const DEFAULT_MOMENTUM = 0.9;

export function sgdLayout({ momentum }: Pick<SgdOptions, 'momentum'>): ArenaLayout {
  return { state: momentum === 0 ? {} : { momentumBuffers: SAME_SHAPE } };
}

/**
 * Stochastic gradient descent with momentum (Polyak 1964; Nesterov's form as Sutskever et al. 2013), equal to
 * torch.optim.SGD without dampening. The arena is laid out by `sgdLayout`.
 */
export class Sgd extends ArenaOptimizer {
  private readonly runs: readonly ParameterRun[];

  /** Throws SHAPE_MISMATCH for Nesterov's form without a momentum. */
  constructor(
    arena: ParameterArena,
    private readonly options: SgdOptions,
  ) {
    super(arena);
    if (options.nesterov && options.momentum === 0) {
      throw new NnError('SHAPE_MISMATCH', "Nesterov's form needs a momentum: set one, 0.9 is usual");
    }
    this.runs = parameterRuns(arena.slots, options);
  }

  protected override update({ learningRate, gradientScale }: Update): void {
    const { momentum, nesterov } = this.options;
    for (const { byteOffset, byteLength, decays, learningRateScale } of this.runs) {
      const weights = this.arena.address('weights') + byteOffset;
      const gradients = this.arena.address('gradients') + byteOffset;
      const weightDecay = decays ? this.options.weightDecay : 0;
      const rate = learningRate * learningRateScale;
      if (momentum === 0) {
        this.kernels.sgd(weights, gradients, byteLength, gradientScale, weightDecay, rate);
      } else {
        this.kernels.sgdMomentum(
          weights,
          this.arena.address('momentumBuffers') + byteOffset,
          gradients,
          byteLength,
          gradientScale,
          weightDecay,
          rate,
          momentum,
          nesterov ? 1 : 0,
          nesterov ? momentum : 1,
        );
      }
    }
  }
}
