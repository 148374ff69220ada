import type { Provider } from '../exec/runner.js';
import type { Task } from '../models/types.js';
import type { TrainingEstimate } from '../plan/trainingEstimate.js';
import type { ModelWeights } from '../weights/modelWeights.js';
import type { Example } from './example.js';
import { movedTensors } from './movedTensors.js';
import { type PackedSequences, packExamples } from './packedSequences.js';
import type { TrainingRecipe } from './recipe.js';
import { startJob } from './startJob.js';
import type { PackedTrainingResult, TrainingJob } from './threadProtocol.js';
import type { TakenCheckpoint, TrainingProgress, TrainingResult } from './trainingRun.js';

export interface TrainingInput {
  /** The parsed Hugging Face `config.json`. */
  readonly configJson: unknown;
  readonly weights: ModelWeights;
  readonly task: Task;
  /** Empty for a task without. */
  readonly labels: readonly string[];
  readonly train: readonly Example[];
  /** With no examples nothing is evaluated, nothing stops early, and the last weights are the result. */
  readonly validation: readonly Example[];
  readonly recipe: TrainingRecipe;
  readonly threads: number;
  readonly providers?: readonly Provider[];
  /** Steps computed with their updates in one run; see `TrainingOptions`. */
  readonly stepsPerRun?: number;
  /** A checkpoint of a run with the same model, labels, examples and recipe. */
  readonly resumeFrom?: Uint8Array;
  /**
   * What the process may take in all; default: what the machine or the container has, on a CPU. A run that cannot fit
   * does not begin.
   */
  readonly memoryBytesMax?: number;
  readonly onProgress?: (progress: TrainingProgress) => void;
  /** Called once, before the first step. */
  readonly onEstimate?: (estimate: TrainingEstimate) => void;
}

export interface TrainingHandle {
  /**
   * Throws the errors of `buildModel`, `readModelWeights` and `TrainingSession` with their codes,
   * MEMORY_INSUFFICIENT for a run that does not fit, and CANCELLED after `cancel()`.
   */
  readonly result: Promise<TrainingResult>;
  /**
   * The state after the step in progress. Rejects with CANCELLED when the run ends before it is taken, and with what
   * the file system says when it cannot be written; the run goes on.
   */
  checkpoint(): Promise<TakenCheckpoint>;
  /** Stops within one step. */
  cancel(): void;
}

/**
 * Fine-tunes a model on a thread of its own. `input` is copied and stays usable; weights on disk are read by the thread
 * and must be there until it has begun to train.
 */
export function startTraining(input: TrainingInput): TrainingHandle {
  const { onProgress, onEstimate, train, validation, weights, resumeFrom, ...rest } = input;
  const job: TrainingJob = {
    ...rest,
    kind: 'train',
    weights: typeof weights === 'string' ? weights : new Uint8Array(weights),
    train: packExamples(train),
    validation: packExamples(validation),
    ...(resumeFrom && { resumeFrom: new Uint8Array(resumeFrom) }),
  };
  const sets = [job.train, job.validation].flatMap((set) => Object.values(set) as PackedSequences[]);
  const given = typeof job.weights === 'string' ? undefined : job.weights;
  const copies = [given, job.resumeFrom, ...sets.map(({ ids }) => ids)];
  const moved = copies.flatMap((array) => (array ? [array.buffer as ArrayBuffer] : []));
  const running = startJob<PackedTrainingResult>(job, moved, {
    ...(onProgress && { onProgress }),
    ...(onEstimate && { onEstimate }),
  });
  const result = running.result.then((packed) => ({
    ...packed,
    weights: movedTensors(packed.weights),
    adapter: packed.adapter && {
      config: packed.adapter.config,
      parameters: movedTensors(packed.adapter.weights),
    },
  }));
  result.catch(() => undefined);
  return { ...running, result };
}
