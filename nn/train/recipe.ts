import type { Freeze } from '../models/freezing.js';

/** How a classifier is fine-tuned. The names are those of the pipeline file's `training`. */
export interface TrainingRecipe {
  readonly epochs: number;
  /** Examples of a step; the last step of an epoch may have fewer. */
  readonly batchSize: number;
  /** Highest learning rate, reached at the end of the warm-up. */
  readonly learningRate: number;
  /** Decoupled decay of all parameters with more than one axis. */
  readonly weightDecay: number;
  /** Share of all steps with a rising learning rate. */
  readonly warmupRatio: number;
  /** Bound of the global L2 norm of a step's gradients. */
  readonly maxGradNorm: number | null;
  /** Which parameters keep the values of the base model. */
  readonly freeze: Freeze;
  readonly evaluationsPerEpoch: number;
  /** Stops after `patience` evaluations whose macro-F1 is not above the best one by more than `minDelta`. */
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
    warmupSteps: Math.ceil(totalSteps * recipe.warmupRatio),
    evaluateEverySteps: Math.max(1, Math.ceil(totalSteps / evaluations)),
  };
}
