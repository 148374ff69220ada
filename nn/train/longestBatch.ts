import type { BatchLengths } from '../models/training.js';
import type { ExampleSet } from './example.js';
import type { TrainingRecipe } from './recipe.js';

/** The largest batch that is computed on at once; an example with companions has several rows. */
export function longestBatch(
  { texts, targets, companions }: ExampleSet,
  { batchSize, microBatchSize = batchSize }: Pick<TrainingRecipe, 'batchSize' | 'microBatchSize'>,
): Required<Omit<BatchLengths, 'texts'>> {
  const rows = 1 + (companions[0]?.length ?? 0);
  const longest = (items: readonly Int32Array[]) =>
    items.reduce((most, { length }) => Math.max(most, length), 0);
  return {
    batch: rows * Math.min(batchSize, microBatchSize, texts.length),
    sequence: Math.max(longest(texts), longest(companions.flat())),
    target: longest(targets),
  };
}
