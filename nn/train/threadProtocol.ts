import type { LoraAdapter } from '../adapters/index.js';
import { NnError, type NnErrorCode, type NnErrorDetails } from '../errors.js';
import type { LoadableModel, Provider } from '../exec/runner.js';
import type { Task } from '../models/types.js';
import type { TrainingEstimate } from '../plan/trainingEstimate.js';
import type { ModelWeights } from '../weights/modelWeights.js';
import type { MovedTensors } from './movedTensors.js';
import type { PackedExamples, PackedSequences } from './packedSequences.js';
import type { Predictions } from './predictClassifier.js';
import type { TrainingRecipe } from './recipe.js';
import type { TakenCheckpoint, TrainingProgress, TrainingResult } from './trainingRun.js';

export interface TrainingJob {
  readonly kind: 'train';
  readonly configJson: unknown;
  readonly weights: ModelWeights;
  readonly task: Task;
  readonly labels: readonly string[];
  readonly train: PackedExamples;
  readonly validation: PackedExamples;
  readonly recipe: TrainingRecipe;
  readonly threads: number;
  readonly providers?: readonly Provider[];
  readonly stepsPerRun?: number;
  readonly resumeFrom?: Uint8Array;
  readonly memoryBytesMax?: number;
}

export interface PredictionJob {
  readonly kind: 'predict';
  readonly model: LoadableModel;
  readonly sequences: PackedSequences;
  readonly batchSize: number;
  readonly threads: number;
  readonly providers?: readonly Provider[];
}

/** The first message to a thread. */
export type Job = TrainingJob | PredictionJob;

/** Later messages to a thread. */
export type Request = { readonly type: 'checkpoint'; readonly id: number } | { readonly type: 'cancel' };

/** A training result whose weights are ready to move. */
export type PackedTrainingResult = Omit<TrainingResult, 'weights' | 'adapter'> & {
  readonly weights: MovedTensors;
  readonly adapter: { readonly config: LoraAdapter['config']; readonly weights: MovedTensors } | null;
};

/** Messages from a thread; the last one is `result` or `failure`. */
export type Report =
  | { readonly type: 'progress'; readonly progress: TrainingProgress }
  | { readonly type: 'estimate'; readonly estimate: TrainingEstimate }
  | { readonly type: 'checkpoint'; readonly id: number; readonly taken: TakenCheckpoint }
  | { readonly type: 'checkpointFailure'; readonly id: number; readonly failure: Failure }
  | { readonly type: 'result'; readonly result: PackedTrainingResult | Predictions }
  | { readonly type: 'failure'; readonly failure: Failure };

/** An error as plain data: structured cloning drops the class and the code. */
export interface Failure {
  readonly code: NnErrorCode | null;
  readonly message: string;
  readonly details: NnErrorDetails | undefined;
  readonly stack: string | undefined;
}

export function toFailure(error: unknown): Failure {
  if (!(error instanceof Error)) {
    return { code: null, message: String(error), details: undefined, stack: undefined };
  }
  const known = error instanceof NnError ? error : undefined;
  return {
    code: known?.code ?? null,
    message: error.message,
    details: known?.details,
    stack: error.stack,
  };
}

/** The error with its code, and the stack it had in the thread. */
export function fromFailure({ code, message, details, stack }: Failure): Error {
  const error =
    code === null ? new Error(message) : new NnError(code, message, { ...(details && { details }) });
  if (stack !== undefined) error.stack = stack;
  return error;
}
