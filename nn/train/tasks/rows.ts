import { IGNORED_LABEL } from '../../models/losses/crossEntropy.js';
import type { LossOptions } from '../../models/tasks.js';
import { int64Tensor, type Tensor } from '../../tensor.js';
import type { Batch } from '../batches.js';
import { joinRows, segmentRows, startsInRows } from './packedRows.js';
import type { TaskBatch } from './taskTraining.js';

/** Rows of different lengths as one int64 tensor [rows, longest], filled up on the right. */
export function padRows(rows: readonly Int32Array[], filling: number): Tensor {
  const longest = rows.reduce((length, row) => Math.max(length, row.length), 0);
  const values = new BigInt64Array(rows.length * longest).fill(BigInt(filling));
  rows.forEach((row, at) => {
    row.forEach((value, column) => {
      values[at * longest + column] = BigInt(value);
    });
  });
  return int64Tensor([rows.length, longest], values);
}

/** How many texts of a batch stand in each row; null for one a row. */
export type RowSizes = Batch['rowSizes'];

export type TokenBatch = Pick<TaskBatch, 'feeds' | 'realTokens' | 'paddedTokens'>;

/**
 * `input_ids` of texts with `attention_mask`, or with `segment_ids` and `text_starts` where they share rows. Padding is
 * 0: it is masked, so that its id does not matter.
 */
export function tokenBatch(texts: readonly Int32Array[], rowSizes: RowSizes): TokenBatch {
  if (rowSizes) return packedBatch(texts, rowSizes);
  const ids = padRows(texts, 0);
  const longest = ids.dims[1]!;
  const mask = new BigInt64Array(texts.length * longest);
  let realTokens = 0;
  texts.forEach(({ length }, row) => {
    mask.fill(1n, row * longest, row * longest + length);
    realTokens += length;
  });
  return {
    feeds: { input_ids: ids, attention_mask: int64Tensor(ids.dims, mask) },
    realTokens,
    paddedTokens: mask.length,
  };
}

function packedBatch(texts: readonly Int32Array[], rowSizes: readonly number[]): TokenBatch {
  const ids = padRows(joinRows(texts, rowSizes), 0);
  return {
    feeds: {
      input_ids: ids,
      segment_ids: padRows(segmentRows(texts, rowSizes), 0),
      text_starts: startsInRows(texts, rowSizes, ids.dims[1]!),
    },
    realTokens: texts.reduce((sum, { length }) => sum + length, 0),
    paddedTokens: ids.data.length,
  };
}

/** A label for each token, those of padding ignored. */
export function labelRows(labels: readonly Int32Array[], rowSizes: RowSizes): Tensor {
  return padRows(rowSizes ? joinRows(labels, rowSizes) : labels, IGNORED_LABEL);
}

/** How many labels count, each as much as its class does in the loss. */
export function countLabels(labels: readonly Int32Array[], loss?: LossOptions): number {
  const weights = loss?.kind === 'cross-entropy' ? loss.classWeights : undefined;
  let sum = 0;
  for (const row of labels) {
    for (const label of row) if (label !== IGNORED_LABEL) sum += weights?.[label] ?? 1;
  }
  return sum;
}

/** `items` at `indices`. */
export function pick<T>(items: readonly T[], indices: Int32Array): T[] {
  return Array.from(indices, (index) => items[index]!);
}

/** Value `at` of each row, int64 [rows]. */
export function column(rows: readonly Int32Array[], at: number): Tensor {
  return int64Tensor(
    [rows.length],
    BigInt64Array.from(rows, (row) => BigInt(row[at]!)),
  );
}
