import type { LoraRequest } from '../adapters/index.js';
import { NnError } from '../errors.js';
import type { Freeze } from '../models/freezing.js';
import { layerwiseScale } from '../models/layerwiseScale.js';
import type { LossOptions } from '../models/tasks.js';
import type { Model } from '../models/types.js';
import { type OptimizerSettings, type Schedule, warmupStepsOf } from '../optim/index.js';
import type { HalfDType } from '../tensor.js';
import { taskTraining } from './tasks/index.js';
import type { Masking } from './tasks/masking.js';

export type Precision = 'float32' | HalfDType;

/** How a model is fine-tuned. The names are those of the pipeline file's `training`. */
export interface TrainingRecipe {
  readonly epochs: number;
  /** Examples of a step; the last step of an epoch may have fewer. */
  readonly batchSize: number;
  /** Highest learning rate, reached at the end of the warm-up. */
  readonly learningRate: number;
  /** Decay of all parameters with more than one axis; decoupled but for SGD, where it is an L2 penalty. */
  readonly weightDecay: number;
  /** Default: AdamW. */
  readonly optimizer?: Pick<OptimizerSettings, 'type' | 'momentum' | 'nesterov'>;
  /** How the learning rate goes on after the warm-up; default: linear, down to 0. */
  readonly schedule?: Schedule['shape'];
  /** Share of all steps with a rising learning rate. */
  readonly warmupRatio: number;
  /** Their number, in place of `warmupRatio`. */
  readonly warmupSteps?: number;
  /** Factor of the learning rate from one layer to the one below it; see `layerwiseScale`. Default: 1. */
  readonly layerwiseDecay?: number;
  /** Examples computed on at once, less memory for the same gradients; default: `batchSize`. */
  readonly microBatchSize?: number;
  /**
   * Computes cheap activations twice to keep fewer of them, for the same bits; see `recomputeActivations`.
   * Default: false.
   */
  readonly recomputeActivations?: boolean;
  /**
   * Lays several texts in a row, in batches drawn at random, in place of one padded text a row in batches of similar
   * length. Default: false.
   */
  readonly packing?: boolean;
  /** Bound of the global L2 norm of a step's gradients. */
  readonly maxGradNorm: number | null;
  /** Which parameters keep the values of the base model; with `lora` all do. */
  readonly freeze: Freeze;
  /** Trains an adapter in place of the model's own parameters; what is left out is as `loraDefaults` says. */
  readonly lora?: Pick<LoraRequest, 'rank' | 'alpha'> & Partial<LoraRequest>;
  /** Element type of matrix products; weights, gradients and all else stay float32. Default: float32. */
  readonly precision?: Precision;
  /** What is minimised; default: that of the task. */
  readonly loss?: LossOptions;
  /** For `masked-lm`. */
  readonly masking?: Masking;
  readonly evaluationsPerEpoch: number;
  /** Stops after `patience` evaluations whose score is not above the best one by more than `minDelta`. */
  readonly earlyStopping: { readonly patience: number; readonly minDelta: number } | null;
  /** Decides the order of the examples and the values of a new classification head. */
  readonly seed: number;
  /** Epochs are added until there are this many steps, for training on few examples. */
  readonly minSteps?: number;
}

/** The steps that a recipe means for a number of examples. */
export interface TrainingPlan {
  readonly stepsPerEpoch: number;
  readonly totalSteps: number;
  readonly warmupSteps: number;
  /** Validation is evaluated after every so many steps and after the last one. */
  readonly evaluateEverySteps: number;
}

export function planTraining(recipe: TrainingRecipe, examples: number): TrainingPlan {
  const stepsPerEpoch = Math.ceil(examples / recipe.batchSize);
  const epochs = Math.max(recipe.epochs, Math.ceil((recipe.minSteps ?? 0) / stepsPerEpoch));
  const totalSteps = epochs * stepsPerEpoch;
  // Added epochs must not add evaluations: their number is that of the epochs asked for.
  const evaluations = recipe.epochs * recipe.evaluationsPerEpoch;
  return {
    stepsPerEpoch,
    totalSteps,
    warmupSteps: warmupStepsOf(
      recipe.warmupSteps === undefined ? { ratio: recipe.warmupRatio } : { steps: recipe.warmupSteps },
      totalSteps,
    ),
    evaluateEverySteps: Math.max(1, Math.ceil(totalSteps / evaluations)),
  };
}

/**
 * The optimiser of a recipe for a model. Throws SHAPE_MISMATCH for a micro-batch without examples or
 * a layer-wise decay outside (0, 1].
 */
export function optimizerSettings(
  recipe: TrainingRecipe,
  model: Pick<Model, 'modelType' | 'config'>,
): OptimizerSettings {
  const { optimizer = { type: 'adamw' }, weightDecay, layerwiseDecay: decay, microBatchSize } = recipe;
  if (microBatchSize !== undefined && !(Number.isSafeInteger(microBatchSize) && microBatchSize > 0)) {
    throw new NnError('SHAPE_MISMATCH', `a micro-batch needs at least one example, not ${microBatchSize}`);
  }
  if (decay !== undefined && !(decay > 0 && decay <= 1)) {
    throw new NnError('SHAPE_MISMATCH', `a layer-wise decay lies above 0 and is at most 1, not ${decay}`);
  }
  return {
    ...optimizer,
    weightDecay,
    accumulates: microBatchSize !== undefined && microBatchSize < recipe.batchSize,
    ...(decay !== undefined && {
      learningRateScale: ({ name }: { readonly name: string }) => layerwiseScale(model, name, decay),
    }),
  };
}

/** The schedule of the learning rate over a plan's steps. */
export function scheduleOf(
  { schedule, learningRate }: TrainingRecipe,
  { warmupSteps, totalSteps }: TrainingPlan,
): Schedule {
  return { shape: schedule ?? 'linear', learningRate, warmupSteps, totalSteps };
}

/** Throws SHAPE_MISMATCH for settings that the task cannot have. */
export function requireFitting(
  { microBatchSize, batchSize, masking }: TrainingRecipe,
  { task }: Model,
): void {
  if (microBatchSize !== undefined && microBatchSize < batchSize && !taskTraining(task).divisible) {
    throw new NnError(
      'SHAPE_MISMATCH',
      `${task} compares all texts of a step with each other: take a smaller batchSize in place of a microBatchSize`,
    );
  }
  if (task === 'masked-lm' && !masking) {
    throw new NnError('SHAPE_MISMATCH', 'masked-lm needs `masking`: the token that hides others');
  }
}
