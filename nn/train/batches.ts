import { Random } from '../random.js';

/** Batches whose examples are sorted by length together; as in transformers' group_by_length. */
export const BATCHES_PER_GROUP = 50;

export interface SamplerOptions {
  readonly batchSize: number;
  readonly seed: number;
  readonly epoch: number;
}

/** Examples that are computed on together. */
export interface Batch {
  readonly indices: Int32Array;
  /** How many of them stand in each row, in their order; null for one a row, padded. */
  readonly rowSizes: readonly number[] | null;
}

/**
 * The batches of an epoch as indices into `lengths`, each example once. Examples are shuffled, sorted by length inside
 * groups of 50 batches so that a batch needs little padding, and the batches are shuffled again. A pure function of
 * its arguments: a run resumed at step n of an epoch finds the same batches by computing them anew.
 */
export function epochBatches(lengths: Int32Array, { batchSize, seed, epoch }: SamplerOptions): Int32Array[] {
  const random = new Random(seed, epoch);
  const order = random.shuffle(Int32Array.from(lengths.keys()));
  const batches: Int32Array[] = [];
  for (let start = 0; start < order.length; start += batchSize * BATCHES_PER_GROUP) {
    const group = order.subarray(start, start + batchSize * BATCHES_PER_GROUP);
    group.sort((a, b) => lengths[b]! - lengths[a]! || a - b);
    batches.push(...slices(group, batchSize));
  }
  return random.shuffle(batches);
}

/** Batches for inference: longest first, each index once. */
export function batchesByLength(lengths: Int32Array, batchSize: number): Int32Array[] {
  return slices(
    Int32Array.from(lengths.keys()).sort((a, b) => lengths[b]! - lengths[a]! || a - b),
    batchSize,
  );
}

function slices(order: Int32Array, size: number): Int32Array[] {
  return Array.from({ length: Math.ceil(order.length / size) }, (_, i) =>
    order.subarray(i * size, (i + 1) * size),
  );
}
