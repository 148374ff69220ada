import type { BatchLengths } from '../models/training.js';
import { type PackedTexts, packedBatches } from './packing.js';
import type { TrainingRecipe } from './recipe.js';
import { splitBatch } from './sampling.js';

/** What is computed on at once in an epoch. */
export interface PackedExtent {
  /** Of the most tokens; `texts` counts examples. */
  readonly largest: Required<BatchLengths>;
  /** The mean of all. */
  readonly mean: Required<BatchLengths>;
  /** How often a step computes. */
  readonly partsPerStep: number;
}

/** How large the batches of the first epoch are, with several examples a row. */
export function packedExtent(
  { lengths, rowTokens }: PackedTexts,
  {
    batchSize,
    microBatchSize = batchSize,
    seed,
  }: Pick<TrainingRecipe, 'batchSize' | 'microBatchSize' | 'seed'>,
): PackedExtent {
  const batches = packedBatches(lengths, { batchSize, seed, epoch: 0, rowTokens });
  const parts = batches.flatMap((batch) => splitBatch(batch, microBatchSize));
  const extents = parts.map(({ indices, rowSizes }) => {
    const rows = rowsOf(indices, rowSizes!);
    const [sequence, target = sequence] = lengths.map((part) => longestRow(part, rows));
    return { batch: rows.length, sequence: sequence!, target: target!, texts: indices.length };
  });
  const largest = extents.reduce((most, extent) => (tokensOf(extent) > tokensOf(most) ? extent : most));
  const mean = (of: (extent: Required<BatchLengths>) => number) =>
    extents.reduce((sum, extent) => sum + of(extent), 0) / extents.length;
  const batch = mean((extent) => extent.batch);
  return {
    largest,
    mean: {
      batch,
      sequence: mean((extent) => extent.batch * extent.sequence) / batch,
      target: mean((extent) => extent.batch * extent.target) / batch,
      texts: mean(({ texts }) => texts),
    },
    partsPerStep: parts.length / batches.length,
  };
}

const tokensOf = ({ batch, sequence, target }: Required<BatchLengths>) => batch * (sequence + target);

function rowsOf(indices: Int32Array, rowSizes: readonly number[]): Int32Array[] {
  let start = 0;
  return rowSizes.map((size) => {
    start += size;
    return indices.subarray(start - size, start);
  });
}

function longestRow(lengths: Int32Array, rows: readonly Int32Array[]): number {
  return rows.reduce(
    (most, row) =>
      Math.max(
        most,
        row.reduce((sum, index) => sum + lengths[index]!, 0),
      ),
    0,
  );
}
