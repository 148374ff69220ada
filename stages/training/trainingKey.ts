import type { BaseModel, TrainModelInput } from '../../contracts/index.js';
import { digestOf, sha256Hex } from '../digest.js';

/** Raised when the trainer computes other weights from the same input. */
export const TRAINER_VERSION = 3;

export interface TrainingKeyParts {
  readonly input: TrainModelInput;
  /** Number of rows of a subset; null for all of them. */
  readonly subset: number | null;
  readonly base: BaseModel;
  readonly codeVersion: string;
}

/**
 * Names the work by everything its result depends on. What only says how the work is done (checkpoint interval,
 * memory) or where the base model's bytes came from (reference, token) is left out.
 */
export const trainingKeyOf = ({ input, subset, base, codeVersion }: TrainingKeyParts): string => {
  const { pipeline, datasetId, generation, previous } = input;
  const {
    checkpointEverySeconds: _interval,
    base: _base,
    recomputeActivations: _recompute,
    memoryBytesMax: _memory,
    ...recipe
  } = pipeline.training;
  return digestOf({
    step: 'trainModel',
    trainer: TRAINER_VERSION,
    codeVersion,
    pipeline: pipeline.name,
    dataset: datasetId,
    base: baseDigests(base),
    recipe,
    subset,
    labels: pipeline.labels,
    generation,
    previous,
  });
};

/** Without the weights' file names: the index of shards holds them, and that of a single file means nothing. */
export const baseDigests = ({ config, weights, tokenizer }: BaseModel): readonly (string | string[])[] => [
  config.sha256,
  Object.values(weights)
    .map(({ sha256 }) => sha256)
    .sort(),
  tokenizer.sha256,
];

/** The seed of a run; a generation asks for a fresh draw, the same one for the same generation. */
export const seedOf = (seed: number, generation: string | null): number =>
  generation === null ? seed : Number.parseInt(sha256Hex(`${seed}:${generation}`).slice(0, 7), 16);
