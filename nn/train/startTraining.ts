import type { Provider } from '../exec/runner.js';
import { readSafetensors } from '../weights/safetensors.js';
import type { Example } from './examples.js';
import { packSequences } from './packedSequences.js';
import type { TrainingRecipe } from './recipe.js';
import { startJob } from './startJob.js';
import type { PackedExamples, PackedTrainingResult, TrainingJob } from './threadProtocol.js';
import type { TrainingProgress, TrainingResult } from './trainingSession.js';

export interface TrainingInput {
  /** The parsed Hugging Face `config.json`. */
  readonly configJson: unknown;
  /** The content of `model.safetensors`. */
  readonly weights: Uint8Array;
  readonly labels: readonly string[];
  readonly train: readonly Example[];
  /** With no examples nothing is evaluated, nothing stops early, and the last weights are the result. */
  readonly validation: readonly Example[];
  readonly recipe: TrainingRecipe;
  readonly threads: number;
  readonly providers?: readonly Provider[];
  /** A checkpoint of a run with the same model, labels, examples and recipe. */
  readonly resumeFrom?: Uint8Array;
  readonly onProgress?: (progress: TrainingProgress) => void;
}

export interface TrainingHandle {
  /**
   * Throws the errors of `buildClassifier`, `readSafetensors` and `TrainingSession` with their codes, and CANCELLED
   * after `cancel()`.
   */
  readonly result: Promise<TrainingResult>;
  /** The state after the step in progress. Rejects with CANCELLED when the run ends before it is taken. */
  checkpoint(): Promise<Uint8Array>;
  /** Stops within one step. */
  cancel(): void;
}

/** Fine-tunes a classifier on a thread of its own. `input` is copied and stays usable. */
export function startTraining(input: TrainingInput): TrainingHandle {
  const { onProgress, train, validation, weights, resumeFrom, ...rest } = input;
  const job: TrainingJob = {
    ...rest,
    kind: 'train',
    weights: new Uint8Array(weights),
    train: pack(train),
    validation: pack(validation),
    ...(resumeFrom && { resumeFrom: new Uint8Array(resumeFrom) }),
  };
  const copies = [job.weights, job.resumeFrom, job.train.sequences.ids, job.validation.sequences.ids];
  const moved = copies.flatMap((array) => (array ? [array.buffer as ArrayBuffer] : []));
  const running = startJob<PackedTrainingResult>(job, moved, onProgress);
  const result = running.result.then((packed) => ({ ...packed, weights: readSafetensors(packed.weights) }));
  result.catch(() => undefined);
  return { ...running, result };
}

function pack(examples: readonly Example[]): PackedExamples {
  return {
    sequences: packSequences(examples.map(({ ids }) => ids)),
    labels: examples.map(({ label }) => label),
  };
}
