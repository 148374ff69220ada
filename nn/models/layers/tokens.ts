import { int } from '../../graph/attributes.js';
import type { GraphBuilder } from '../../ops/builder.js';
import { int64Tensor } from '../../tensor.js';

/** Run-time lengths of a batch of token ids that several nodes need. */
export interface BatchShape {
  /** int64 [2]: batch, sequence. */
  readonly tokens: string;
  /** int64 [1] each. */
  readonly batch: string;
  readonly sequence: string;
}

/** Declares `input_ids` and, by the layout, `attention_mask` or `segment_ids`, int64 [rows, sequence]. */
export function declareTokens(builder: GraphBuilder, rows = 'batch', packed = false): void {
  builder.input('input_ids', 'int64', [rows, 'sequence']);
  builder.input(packed ? 'segment_ids' : 'attention_mask', 'int64', [rows, 'sequence']);
}

export function batchShape(builder: GraphBuilder, ids = 'input_ids'): BatchShape {
  return {
    tokens: builder.shapeOf(ids),
    batch: builder.emit('Shape-19', [ids], { end: int(1) }),
    sequence: builder.emit('Shape-19', [ids], { start: int(1) }),
  };
}

export function int64Scalar(builder: GraphBuilder, value: number): string {
  return builder.constant(int64Tensor([], BigInt64Array.of(BigInt(value))));
}

/** 0, 1, ... below `length`, an int64 [1]. */
export function countTo(builder: GraphBuilder, length: string): string {
  const zero = int64Scalar(builder, 0);
  const one = int64Scalar(builder, 1);
  return builder.emit('Range-11', [zero, builder.emit('Gather-13', [length, zero]), one]);
}

/** The rows of the first token of each sequence, [batch, hidden], from [batch*sequence, hidden]. */
export function firstTokens(builder: GraphBuilder, hidden: string, shape: BatchShape): string {
  const starts = builder.emit('Mul-14', [countTo(builder, shape.batch), shape.sequence]);
  return builder.emit('Gather-13', [hidden, starts]);
}

/** The rows of the last token of each sequence, padding or not, [batch, hidden]. */
export function lastRows(builder: GraphBuilder, hidden: string, shape: BatchShape): string {
  const one = int64Scalar(builder, 1);
  const ordinals = builder.emit('Add-14', [countTo(builder, shape.batch), one]);
  const ends = builder.emit('Sub-14', [builder.emit('Mul-14', [ordinals, shape.sequence]), one]);
  return builder.emit('Gather-13', [hidden, ends]);
}

/**
 * The rows of the last real token of each sequence, [batch, hidden], where padding is on the right. `mask` is float32
 * [batch, sequence].
 */
export function lastTokens(builder: GraphBuilder, hidden: string, mask: string, shape: BatchShape): string {
  const starts = builder.emit('Mul-14', [countTo(builder, shape.batch), shape.sequence]);
  const lengths = builder.emit('ReduceSum-13', [mask, builder.indices([1])], { keepdims: int(0) });
  const counted = builder.emit('Cast-19', [lengths], { to: int(7) });
  const offsets = builder.emit('Sub-14', [counted, int64Scalar(builder, 1)]);
  return builder.emit('Gather-13', [hidden, builder.emit('Add-14', [starts, offsets])]);
}

/** The mean of the hidden states [batch*sequence, width] over real tokens, [batch, width]. */
export function meanOfTokens(
  builder: GraphBuilder,
  width: number,
  { hidden, mask, tokens }: { hidden: string; mask: string; tokens: string },
): string {
  const states = perToken(builder, hidden, tokens, width);
  const weights = builder.emit('Unsqueeze-13', [mask, builder.indices([1])]);
  const sum = builder.emit('MatMul-13', [weights, states]);
  const count = builder.emit('ReduceSum-13', [weights, builder.indices([2])]);
  const mean = builder.emit('Div-14', [sum, builder.emit('Max-13', [count, builder.scalar(1e-9)])]);
  return builder.emit('Reshape-19', [mean, builder.indices([-1, width])]);
}

/** Rows [batch*sequence, width] as [batch, sequence, width]; `tokens` is int64 [2]. */
export function perToken(builder: GraphBuilder, rows: string, tokens: string, width: number): string {
  const target = builder.emit('Concat-13', [tokens, builder.indices([width])], { axis: int(0) });
  return builder.emit('Reshape-19', [rows, target]);
}
