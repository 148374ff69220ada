import type { BatchLengths } from '../models/training.js';
import type { Task } from '../models/types.js';
import { packedExtent } from '../train/packedExtent.js';
import type { TrainingRecipe } from '../train/recipe.js';
import { taskTraining } from '../train/tasks/index.js';
import type { Workload } from './trainingEstimate.js';

/** The batches of a run; `target` and `texts` as the training graph has them. */
export interface BatchExtent {
  readonly largest: Required<BatchLengths>;
  readonly mean: Required<BatchLengths>;
  /** How often a step computes. */
  readonly partsPerStep: number;
}

/** Of padded texts the longest and the mean; of packed ones what packing makes of their lengths. */
export function batchExtent(task: Task, recipe: TrainingRecipe, workload: Workload): BatchExtent {
  const { batchSize } = recipe;
  const microBatch = Math.min(batchSize, recipe.microBatchSize ?? batchSize);
  const { sequence, target = sequence, sequenceMean = sequence } = workload;
  const rows = textsOfExample(task, recipe);
  const targetMean = Math.min(target, sequenceMean);
  if (!recipe.packing) {
    const batch = rows * microBatch;
    return {
      largest: { batch, sequence, target, texts: batch },
      mean: { batch, sequence: sequenceMean, target: targetMean, texts: batch },
      partsPerStep: batchSize / microBatch,
    };
  }
  const alike = (tokens: number) => new Int32Array(batchSize).fill(Math.ceil(tokens));
  const packed = packedExtent(
    workload.packed ?? {
      lengths: [alike(rows * sequenceMean), ...(task === 'seq2seq-lm' ? [alike(targetMean)] : [])],
      rowTokens: [rows * sequence, target],
    },
    recipe,
  );
  const withTexts = (extent: Required<BatchLengths>) => ({ ...extent, texts: rows * extent.texts });
  return { ...packed, largest: withTexts(packed.largest), mean: withTexts(packed.mean) };
}

/** Texts of an example with its companions. */
export function textsOfExample(task: Task, { loss }: TrainingRecipe): number {
  return 1 + taskTraining(task).companions(loss);
}
