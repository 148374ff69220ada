import type { ParameterArena } from './arena.js';
import { type Kernels, loadKernels } from './kernels.js';

export interface ParameterInfo {
  readonly name: string;
  readonly dims: readonly number[];
}

export interface AdamWOptions {
  readonly beta1: number;
  readonly beta2: number;
  readonly epsilon: number;
  readonly weightDecay: number;
  /** Which parameters decay; the usual rule is `decaysByDefault`. */
  readonly decays: (parameter: ParameterInfo) => boolean;
}

export interface AdamWStep {
  readonly learningRate: number;
  /** Gradients are scaled down to this global L2 norm; null leaves them. */
  readonly maxGradNorm: number | null;
}

/** Biases and normalisation weights, the parameters of one axis, do not decay; as in transformers' Trainer. */
export function decaysByDefault({ dims }: ParameterInfo): boolean {
  return dims.length > 1;
}

/**
 * AdamW with decoupled weight decay and bias correction (Loshchilov & Hutter 2019), equal to torch.optim.AdamW in
 * float32, over the gradients in the arena. Equal inputs give bit-equal weights.
 */
export class AdamW {
  private readonly kernels: Kernels;
  private readonly runs: readonly DecayRun[];
  private steps = 0;

  constructor(
    private readonly arena: ParameterArena,
    private readonly options: AdamWOptions,
  ) {
    this.kernels = loadKernels(arena.memory);
    this.runs = decayRuns(arena, options.decays);
  }

  /** Updates done so far; part of the state with the arena's moments. */
  get stepCount(): number {
    return this.steps;
  }

  /** Continues a run of `steps` updates whose moments are in the arena. */
  resumeAt(steps: number): void {
    this.steps = steps;
  }

  /** L2 norm of all gradients together; not finite as soon as one of them is not. */
  gradNorm(): number {
    return Math.sqrt(this.kernels.sumOfSquares(this.arena.address('gradients'), this.arena.regionBytes));
  }

  /** One update. `gradNorm` is what `gradNorm()` returned for the gradients now in the arena. */
  step({ learningRate, maxGradNorm }: AdamWStep, gradNorm: number): void {
    const { beta1, beta2, epsilon, weightDecay } = this.options;
    this.steps += 1;
    const stepSize = learningRate / (1 - beta1 ** this.steps);
    const rootCorrection2 = Math.sqrt(1 - beta2 ** this.steps);
    // The 1e-6 and the clamp are those of torch.nn.utils.clip_grad_norm_.
    const scale = maxGradNorm === null ? 1 : Math.min(1, maxGradNorm / (gradNorm + 1e-6));
    for (const { byteOffset, byteLength, decays } of this.runs) {
      this.kernels.adamw(
        this.arena.address('weights') + byteOffset,
        this.arena.address('firstMoments') + byteOffset,
        this.arena.address('secondMoments') + byteOffset,
        this.arena.address('gradients') + byteOffset,
        byteLength,
        scale,
        1 - beta1,
        beta2,
        1 - beta2,
        decays ? 1 - learningRate * weightDecay : 1,
        stepSize,
        rootCorrection2,
        epsilon,
      );
    }
  }
}

/** Neighbouring parameters with the same decay, updated by one call. */
interface DecayRun {
  byteOffset: number;
  byteLength: number;
  decays: boolean;
}

function decayRuns(arena: ParameterArena, rule: AdamWOptions['decays']): DecayRun[] {
  const runs: DecayRun[] = [];
  for (const slot of arena.slots) {
    const decays = rule(slot);
    const last = runs.at(-1);
    if (last?.decays === decays) last.byteLength += slot.byteLength;
    else runs.push({ byteOffset: slot.byteOffset, byteLength: slot.byteLength, decays });
  }
  return runs;
}
