import { ints } from '../../graph/attributes.js';
import type { GraphBuilder } from '../../ops/builder.js';
import { int64Tensor } from '../../tensor.js';
import type { Slots } from './slots.js';
import { int64Scalar } from './tokens.js';

export interface RelativeBiasOptions {
  /** Name of the table [buckets, heads]. */
  readonly table: string;
  readonly buckets: number;
  /** Distances from here on share a bucket. */
  readonly maxDistance: number;
  /** Whether keys after the query have buckets of their own. */
  readonly bidirectional: boolean;
}

/** What each head adds for the distance between query and key (T5: Raffel et al., 2020), [1, heads, queries, keys]. */
export function relativeBias(
  builder: GraphBuilder,
  slots: Slots,
  { table, buckets, maxDistance, bidirectional }: RelativeBiasOptions,
): string {
  const queries = builder.emit('Unsqueeze-13', [slots.queries, builder.indices([1])]);
  const distances = builder.emit('Sub-14', [slots.keys, queries]);
  const least = builder.emit('Max-13', [distances, int64Scalar(builder, -maxDistance)]);
  const clipped = builder.emit('Min-13', [least, int64Scalar(builder, maxDistance)]);
  const rows = builder.emit('Add-14', [clipped, int64Scalar(builder, maxDistance)]);
  const bucketOf = BigInt64Array.from({ length: 2 * maxDistance + 1 }, (_, row) =>
    BigInt(relativeBucket(row - maxDistance, { buckets, maxDistance, bidirectional })),
  );
  const lookup = builder.constant(int64Tensor([bucketOf.length], bucketOf));
  const chosen = builder.emit('Gather-13', [table, builder.emit('Gather-13', [lookup, rows])]);
  const byHead = builder.emit('Transpose-13', [chosen], { perm: ints([2, 0, 1]) });
  return builder.emit('Unsqueeze-13', [byHead, builder.indices([0])]);
}

/** Bucket of a key `distance` tokens after its query; half of a side's buckets are exact, half logarithmic. */
export function relativeBucket(
  distance: number,
  { buckets, maxDistance, bidirectional }: Omit<RelativeBiasOptions, 'table'>,
): number {
  const side = bidirectional ? buckets / 2 : buckets;
  const first = bidirectional && distance > 0 ? side : 0;
  const away = bidirectional ? Math.abs(distance) : Math.max(0, -distance);
  const exact = side / 2;
  if (away < exact) return first + away;
  // In float32, as PyTorch does it: where the logarithm falls on a whole number, the rounding decides.
  const { fround, log } = Math;
  const growth = fround(fround(log(fround(away / exact))) / fround(log(maxDistance / exact)));
  return first + Math.min(side - 1, exact + Math.trunc(fround(growth * (side - exact))));
}
