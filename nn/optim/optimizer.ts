import type { ArenaSlot, ParameterArena } from './arena.js';
import { type Kernels, loadKernels } from './kernels/index.js';

export interface ParameterInfo {
  readonly name: string;
  readonly dims: readonly number[];
}

/** How parameters differ from each other; both rules are asked once for each parameter. */
export interface GroupRules {
  /** Which parameters decay; the usual rule is `decaysByDefault`. */
  readonly decays: (parameter: ParameterInfo) => boolean;
  /** Share of a step's learning rate, for example `layerwiseScale`; default: 1 for all. */
  readonly learningRateScale?: (parameter: ParameterInfo) => number;
}

export interface OptimizerStep {
  readonly learningRate: number;
  /** Gradients are scaled down to this global L2 norm; null leaves them. */
  readonly maxGradNorm: number | null;
  /** What the loss was multiplied by before the gradients were taken; default: 1. */
  readonly lossScale?: number;
}

/** An update rule over the gradients in an arena. Equal inputs give bit-equal weights. */
export interface Optimizer {
  /** Updates done so far; the whole state with the arena's state regions. */
  readonly stepCount: number;
  /** Continues a run of `steps` updates whose state regions are in the arena. */
  resumeAt(steps: number): void;
  /** L2 norm of all gradients together, as they are in the arena; not finite as soon as one of them is not. */
  gradNorm(): number;
  /** One update. `gradNorm` is what `gradNorm()` returned for the gradients now in the arena. */
  step(step: OptimizerStep, gradNorm: number): void;
}

/** Biases and normalisation weights, the parameters of one axis, do not decay; as in transformers' Trainer. */
export function decaysByDefault({ dims }: ParameterInfo): boolean {
  return dims.length > 1;
}

/** What an update rule needs to know about one step. */
export interface Update {
  /** From 1. */
  readonly step: number;
  readonly learningRate: number;
  /** What every gradient is multiplied by: the loss scale undone and the clipping. */
  readonly gradientScale: number;
}

/** What all optimisers share: counting, the norm, and the scale of the gradients. */
export abstract class ArenaOptimizer implements Optimizer {
  protected readonly kernels: Kernels;
  private steps = 0;

  constructor(protected readonly arena: ParameterArena) {
    this.kernels = loadKernels(arena.memory);
  }

  get stepCount(): number {
    return this.steps;
  }

  resumeAt(steps: number): void {
    this.steps = steps;
  }

  gradNorm(): number {
    return Math.sqrt(this.kernels.sumOfSquares(this.arena.address('gradients'), this.arena.regionBytes));
  }

  step({ learningRate, maxGradNorm, lossScale = 1 }: OptimizerStep, gradNorm: number): void {
    this.steps += 1;
    // The 1e-6 and the clamp are those of torch.nn.utils.clip_grad_norm_.
    const clip = maxGradNorm === null ? 1 : Math.min(1, maxGradNorm / (gradNorm / lossScale + 1e-6));
    this.update({ step: this.steps, learningRate, gradientScale: clip / lossScale });
  }

  protected abstract update(update: Update): void;
}

/** Neighbouring parameters that are updated alike, by one call. */
export interface ParameterRun {
  readonly byteOffset: number;
  readonly byteLength: number;
  readonly decays: boolean;
  readonly learningRateScale: number;
}

export function parameterRuns(slots: readonly ArenaSlot[], rules: GroupRules): ParameterRun[] {
  const runs: ParameterRun[] = [];
  for (const slot of slots) {
    const { byteOffset, byteLength } = slot;
    const run = { byteOffset, byteLength, ...groupOf(slot, rules) };
    const last = runs.at(-1);
    if (last?.decays === run.decays && last.learningRateScale === run.learningRateScale) {
      runs[runs.length - 1] = { ...last, byteLength: last.byteLength + byteLength };
    } else {
      runs.push(run);
    }
  }
  return runs;
}

export function groupOf(
  parameter: ParameterInfo,
  { decays, learningRateScale }: GroupRules,
): { readonly decays: boolean; readonly learningRateScale: number } {
  return { decays: decays(parameter), learningRateScale: learningRateScale?.(parameter) ?? 1 };
}
