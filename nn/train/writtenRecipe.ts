import type { OptimizerSettings } from '../optim/index.js';
import type { TrainingRecipe } from './recipe.js';

type Same =
  | 'epochs'
  | 'batchSize'
  | 'learningRate'
  | 'weightDecay'
  | 'warmupRatio'
  | 'maxGradNorm'
  | 'freeze'
  | 'evaluationsPerEpoch'
  | 'earlyStopping';

/** A recipe as the pipeline file's `training` writes it; what is left out may also be undefined. */
export interface WrittenRecipe extends Pick<TrainingRecipe, Same> {
  readonly stepsMin: number;
  readonly optimizer: OptimizerSettings['type'];
  readonly schedule: NonNullable<TrainingRecipe['schedule']>;
  readonly layerwiseDecay: number;
  readonly microBatchSize?: number | undefined;
  readonly recomputeActivations: boolean;
  readonly precision: NonNullable<TrainingRecipe['precision']>;
  readonly packing: boolean;
  readonly lora?:
    | {
        readonly rank: number;
        readonly alpha: number;
        readonly targetModules?: readonly string[] | undefined;
      }
    | undefined;
}

/** The recipe that a pipeline file means. */
export function recipeOf(written: WrittenRecipe, seed: number): TrainingRecipe {
  const { microBatchSize, lora } = written;
  return {
    epochs: written.epochs,
    minSteps: written.stepsMin,
    batchSize: written.batchSize,
    learningRate: written.learningRate,
    optimizer: { type: written.optimizer },
    schedule: written.schedule,
    layerwiseDecay: written.layerwiseDecay,
    ...(microBatchSize !== undefined && { microBatchSize }),
    ...(written.recomputeActivations && { recomputeActivations: true }),
    precision: written.precision,
    packing: written.packing,
    weightDecay: written.weightDecay,
    warmupRatio: written.warmupRatio,
    maxGradNorm: written.maxGradNorm,
    freeze: written.freeze,
    ...(lora && { lora: adapterOf(lora) }),
    evaluationsPerEpoch: written.evaluationsPerEpoch,
    earlyStopping: written.earlyStopping,
    seed,
  };
}

function adapterOf({ targetModules, ...lora }: NonNullable<WrittenRecipe['lora']>): TrainingRecipe['lora'] {
  return { ...lora, ...(targetModules && { targetModules: [...targetModules] }) };
}
