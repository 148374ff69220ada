import { int } from '../../graph/attributes.js';
import type { GraphBuilder } from '../../ops/builder.js';
import { IGNORED_LABEL } from '../losses/crossEntropy.js';
import { countTo, int64Scalar } from './tokens.js';

/** What stands before the first label, and in place of one that does not count. */
export interface ShiftOptions {
  readonly start: number;
  readonly padding: number;
}

/**
 * What a decoder reads to predict `labels`, int64 [batch, target]: the start token, then all labels but the last, with
 * padding for those that do not count.
 */
export function shiftRight(builder: GraphBuilder, labels: string, { start, padding }: ShiftOptions): string {
  const zero = int64Scalar(builder, 0);
  const positions = countTo(builder, lengthOf(builder, labels));
  const before = builder.emit('Max-13', [builder.emit('Sub-14', [positions, int64Scalar(builder, 1)]), zero]);
  const shifted = builder.emit('Gather-13', [labels, before], { axis: int(1) });
  const ignored = builder.emit('Equal-19', [shifted, int64Scalar(builder, IGNORED_LABEL)]);
  const padded = builder.emit('Where-16', [ignored, int64Scalar(builder, padding), shifted]);
  return builder.emit('Where-16', [
    builder.emit('Equal-19', [positions, zero]),
    int64Scalar(builder, start),
    padded,
  ]);
}

/** The label of each position's next token, int64 [batch, sequence]; the last position's does not count. */
export function shiftLeft(builder: GraphBuilder, labels: string): string {
  const length = lengthOf(builder, labels);
  const one = int64Scalar(builder, 1);
  const positions = countTo(builder, length);
  const last = builder.emit('Sub-14', [length, one]);
  const after = builder.emit('Min-13', [builder.emit('Add-14', [positions, one]), last]);
  const shifted = builder.emit('Gather-13', [labels, after], { axis: int(1) });
  const ended = builder.emit('Equal-19', [positions, last]);
  return builder.emit('Where-16', [ended, int64Scalar(builder, IGNORED_LABEL), shifted]);
}

/** Length of the second axis, int64 [1]. */
function lengthOf(builder: GraphBuilder, labels: string): string {
  return builder.emit('Shape-19', [labels], { start: int(1) });
}
