import { NnError } from '../../errors.js';
import type { LossOptions } from '../../models/tasks.js';
import type { Model } from '../../models/types.js';
import type { Tensor } from '../../tensor.js';
import type { Example, ExampleSet } from '../example.js';
import type { Masking } from './masking.js';
import type { RowSizes } from './rows.js';

/** What decides a batch besides its examples. */
export interface BatchDraw {
  readonly model: Model;
  readonly seed: number;
  readonly rowSizes: RowSizes;
  /** From 0; null for an evaluation, which is the same each time. */
  readonly epoch: number | null;
  readonly loss?: LossOptions | undefined;
  /** Needed for `masked-lm`. */
  readonly masking?: Masking | undefined;
}

/** Examples as inputs of the training and the evaluation graph. */
export interface TaskBatch {
  readonly feeds: Readonly<Record<string, Tensor>>;
  readonly realTokens: number;
  readonly paddedTokens: number;
  /** What the loss is the mean of: texts, pairs, or the tokens whose label counts, each by its class' weight. */
  readonly weight: number;
}

/** Outputs of the evaluation graph with the batch they belong to. */
export interface ScoredBatch {
  readonly indices: Int32Array;
  readonly outputs: Readonly<Record<string, Tensor>>;
}

/** Gathers what a model says of a set of examples. */
export interface Score {
  add(batch: ScoredBatch): void;
  /** Higher is better; `loss` is the mean over the set. */
  value(loss: number): number;
}

/** How examples of a task become inputs of its graphs, and what tells how good its outputs are. */
export interface TaskTraining {
  /** Name of the score. */
  readonly metric: string;
  /** Texts of an example besides its first. */
  readonly companions: (loss: LossOptions | undefined) => number;
  /** Whether a step may be computed in parts: a loss that compares the texts of a batch cannot. */
  readonly divisible: boolean;
  /** Throws LABEL_UNKNOWN or SHAPE_MISMATCH for a target that the model cannot have. */
  readonly requireTarget: (example: Example, index: number, model: Model) => void;
  readonly batch: (set: ExampleSet, indices: Int32Array, draw: BatchDraw) => TaskBatch;
  /** Outputs of the evaluation graph that the score reads. */
  readonly outputs: readonly string[];
  readonly score: (set: ExampleSet, model: Model) => Score;
}

/** For a task that is judged by its loss alone. */
export const NEGATIVE_LOSS: Pick<TaskTraining, 'metric' | 'outputs' | 'score'> = {
  metric: 'negativeLoss',
  outputs: [],
  score: () => ({ add: () => undefined, value: (loss) => -loss }),
};

/** Throws SHAPE_MISMATCH for a target of another length. */
export function requireLength({ target }: Example, index: number, length: number, meaning: string): void {
  if (target.length === length) return;
  throw new NnError(
    'SHAPE_MISMATCH',
    `the target of example ${index} has ${target.length} values; ${meaning} are ${length}`,
  );
}

export const alone = (): number => 0;
