import { NnError } from '../errors.js';

export interface LossScalerOptions {
  readonly initialScale: number;
  /** Finite steps in a row after which the scale doubles. */
  readonly growthInterval: number;
  readonly minScale: number;
  readonly maxScale: number;
}

/** torch.amp.GradScaler's; the bounds are ours: half precision's range ends long before the upper one. */
export const LOSS_SCALER_DEFAULTS: LossScalerOptions = {
  initialScale: 2 ** 16,
  growthInterval: 2000,
  minScale: 1,
  maxScale: 2 ** 24,
};

/** What a checkpoint holds. */
export interface LossScalerState {
  readonly scale: number;
  /** Finite steps since the scale last changed. */
  readonly goodSteps: number;
  /** Steps so far that were left out. */
  readonly skippedSteps: number;
}

/**
 * Dynamic loss scaling (Micikevicius et al. 2018), as torch.amp.GradScaler: the loss is multiplied by `scale` so that
 * small gradients survive half precision; a step whose gradients overflow is left out and halves the scale.
 */
export class LossScaler {
  private current: LossScalerState;

  constructor(
    private readonly options: LossScalerOptions = LOSS_SCALER_DEFAULTS,
    state?: LossScalerState,
  ) {
    this.current = state ?? { scale: options.initialScale, goodSteps: 0, skippedSteps: 0 };
  }

  get state(): LossScalerState {
    return this.current;
  }

  get scale(): number {
    return this.current.scale;
  }

  /**
   * Takes note of a step's gradient norm; true where the step may be done, with the scale that was in force before.
   * Throws LOSS_NOT_FINITE for a norm that is not finite at the least scale, where halving cannot help.
   */
  accept(gradNorm: number): boolean {
    const { scale, goodSteps, skippedSteps } = this.current;
    const { growthInterval, minScale, maxScale } = this.options;
    if (Number.isFinite(gradNorm)) {
      const grows = goodSteps + 1 === growthInterval;
      this.current = {
        scale: grows ? Math.min(2 * scale, maxScale) : scale,
        goodSteps: grows ? 0 : goodSteps + 1,
        skippedSteps,
      };
      return true;
    }
    if (scale <= minScale) {
      throw new NnError(
        'LOSS_NOT_FINITE',
        `the gradients are not finite even with a loss scale of ${scale}; lower the learning rate`,
        { details: { lossScale: scale, skippedSteps } },
      );
    }
    this.current = { scale: Math.max(scale / 2, minScale), goodSteps: 0, skippedSteps: skippedSteps + 1 };
    return false;
  }
}
