import type { LoraAdapter } from '../adapters/index.js';
import type { Provider } from '../exec/runner.js';
import type { Model } from '../models/types.js';
import type { Tensor } from '../tensor.js';
import type { Example } from './example.js';
import type { ValidationPoint } from './history.js';
import type { TrainingRecipe } from './recipe.js';
import type { Arithmetic } from './stepModels.js';

export interface TrainingOptions {
  readonly model: Model;
  readonly train: readonly Example[];
  /** With no examples nothing is evaluated, nothing stops early, and the last weights are the result. */
  readonly validation: readonly Example[];
  readonly recipe: TrainingRecipe;
  readonly threads: number;
  readonly providers?: readonly Provider[];
  /**
   * Steps computed with their updates in one run, so that weights and state stay on a GPU between them. Each step is the
   * same bits, however many are in a run. Default: 16 on a GPU; elsewhere the updates are done outside of the graph.
   */
  readonly stepsPerRun?: number;
  /** What `checkpoint()` of a session with the same options returned. */
  readonly resumeFrom?: Uint8Array;
  /**
   * The arrays of the model's trained parameters are freed once the values are in the optimiser's memory; nobody may
   * use them, or others of the same buffers, again. Default: false.
   */
  readonly releasesModel?: boolean;
}

/** What is known after a step. */
export interface TrainingProgress {
  readonly step: number;
  readonly totalSteps: number;
  /** From 1. */
  readonly epoch: number;
  /** Mean loss of the step's examples, before its update. */
  readonly loss: number;
  readonly learningRate: number;
  /** Null where float16 gradients overflowed, so that the step was left out. */
  readonly gradNorm: number | null;
  /** What the loss was multiplied by; only where the precision is float16. */
  readonly lossScale?: number;
  readonly arithmetic: Arithmetic;
  readonly tokensPerSecond: number;
  /** Share of the tokens computed on so far that were padding. */
  readonly paddingShare: number;
  readonly secondsLeft: number;
  /** Where the step ended with an evaluation. */
  readonly validation?: ValidationPoint;
}

export interface TrainingResult {
  /** All parameters, frozen ones included, at the best evaluation; a trained adapter is merged in. */
  readonly weights: Map<string, Tensor>;
  /** With `recipe.lora`, the adapter by itself. */
  readonly adapter: LoraAdapter | null;
  readonly steps: number;
  readonly totalSteps: number;
  readonly stoppedEarly: boolean;
  /** The step whose weights these are. */
  readonly bestStep: number;
  /** Name of the score. */
  readonly metric: string;
  readonly bestScore: number | null;
  readonly validationHistory: readonly ValidationPoint[];
  readonly lossHistory: Float32Array;
  readonly paddingShare: number;
}

/** The state of a run after so many steps. */
export interface TakenCheckpoint {
  readonly step: number;
  /** A file that is the receiver's to remove. */
  readonly path: string;
}
