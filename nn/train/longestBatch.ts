import type { BatchLengths } from '../models/training.js';
import type { Task } from '../models/types.js';
import type { ExampleSet } from './example.js';
import { rowLengthsOf } from './exampleSet.js';
import { packedExtent } from './packedExtent.js';
import { packedTexts } from './packing.js';
import type { TrainingRecipe } from './recipe.js';

type Sampling = Pick<TrainingRecipe, 'batchSize' | 'microBatchSize' | 'seed' | 'packing'>;

/**
 * The largest batch that is computed on at once; an example with companions has several rows, or with packing several
 * texts in one.
 */
export function longestBatch(set: ExampleSet, task: Task, recipe: Sampling): BatchLengths {
  const { texts, targets, companions } = set;
  const { batchSize, microBatchSize = batchSize } = recipe;
  const rows = 1 + (companions[0]?.length ?? 0);
  if (recipe.packing) {
    const { largest } = packedExtent(packedTexts(rowLengthsOf(set, task)), recipe);
    return { ...largest, texts: rows * largest.texts };
  }
  const longest = (items: readonly Int32Array[]) =>
    items.reduce((most, { length }) => Math.max(most, length), 0);
  return {
    batch: rows * Math.min(batchSize, microBatchSize, texts.length),
    sequence: Math.max(longest(texts), longest(companions.flat())),
    target: longest(targets),
  };
}
