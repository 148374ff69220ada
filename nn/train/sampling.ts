import type { Task } from '../models/types.js';
import { type Batch, epochBatches } from './batches.js';
import type { ExampleSet } from './example.js';
import { lengthsOf, rowLengthsOf } from './exampleSet.js';
import { packedBatches, packedTexts } from './packing.js';
import type { TrainingRecipe } from './recipe.js';

/** The batches of an epoch, a pure function of its arguments. Packed rows are as long as the longest example. */
export function sampleEpoch(
  set: ExampleSet,
  task: Task,
  { batchSize, seed, packing = false }: Pick<TrainingRecipe, 'batchSize' | 'seed' | 'packing'>,
  epoch: number,
): Batch[] {
  if (!packing) {
    const batches = epochBatches(lengthsOf(set), { batchSize, seed, epoch });
    return batches.map((indices) => ({ indices, rowSizes: null }));
  }
  const { lengths, rowTokens } = packedTexts(rowLengthsOf(set, task));
  return packedBatches(lengths, { batchSize, seed, epoch, rowTokens });
}

/** Consecutive rows of a batch as batches of at most `size` examples, or of one row that has more. */
export function splitBatch({ indices, rowSizes }: Batch, size: number): Batch[] {
  const parts: number[][] = [];
  let room = 0;
  for (const row of rowSizes ?? new Array<number>(indices.length).fill(1)) {
    if (parts.length === 0 || row > room) {
      parts.push([]);
      room = size;
    }
    parts.at(-1)!.push(row);
    room -= row;
  }
  let start = 0;
  return parts.map((rows) => {
    const end = start + rows.reduce((sum, row) => sum + row, 0);
    const part = { indices: indices.subarray(start, end), rowSizes: rowSizes && rows };
    start = end;
    return part;
  });
}
