import { float, int, ints } from '../../graph/attributes.js';
import type { GraphBuilder } from '../../ops/builder.js';
import type { BatchShape } from './tokens.js';

/** `standard` uses ONNX operators only; `fused` the matrix product of ONNX Runtime that transposes and scales. */
export type AttentionForm = 'standard' | 'fused';

export interface HeadShape {
  readonly heads: number;
  /** Units of one head. */
  readonly width: number;
}

/** Order of the axes of queries and values [batch, sequence, heads, width] for a product by head. */
export const BY_HEAD = [0, 2, 1, 3] as const;

/** The same for keys, which the standard form needs transposed. */
export function keyOrder(form: AttentionForm): readonly number[] {
  return form === 'fused' ? BY_HEAD : [0, 2, 3, 1];
}

/** The run-time shape [batch, sequence, heads, width]. */
export function headsShape(builder: GraphBuilder, shape: BatchShape, { heads, width }: HeadShape): string {
  return builder.emit('Concat-13', [shape.tokens, builder.indices([heads, width])], { axis: int(0) });
}

/** Rows [batch*sequence, heads*width] by head. `target` is from `headsShape`, `order` `BY_HEAD` or from `keyOrder`. */
export function splitHeads(
  builder: GraphBuilder,
  rows: string,
  target: string,
  order: readonly number[],
): string {
  return builder.emit('Transpose-13', [builder.emit('Reshape-19', [rows, target])], { perm: ints(order) });
}

export interface AttentionOperands {
  /** [batch, heads, queries, width]. */
  readonly queries: string;
  /** As `keyOrder` of the form has it. */
  readonly keys: string;
  /** [batch, heads, keys, width]. */
  readonly values: string;
  readonly scale: number;
  /** Added to the scores, broadcast to [batch, heads, queries, keys]. */
  readonly bias: string;
}

/** softmax(scale Q K^T + bias) V (Vaswani et al., 2017) as rows [batch*queries, heads*width]. */
export function attention(
  builder: GraphBuilder,
  { queries, keys, values, scale, bias }: AttentionOperands,
  { heads, width }: HeadShape,
  form: AttentionForm,
): string {
  const scores = scaledScores(builder, queries, keys, scale, form);
  const weights = builder.emit('Softmax-13', [builder.emit('Add-14', [scores, bias])], { axis: int(-1) });
  return mergeHeads(builder, builder.emit('MatMul-13', [weights, values]), heads * width);
}

/** scale Q K^T. */
export function scaledScores(
  builder: GraphBuilder,
  queries: string,
  keys: string,
  scale: number,
  form: AttentionForm,
): string {
  if (form === 'fused') {
    return builder.emit('com.microsoft.FusedMatMul-1', [queries, keys], {
      transB: int(1),
      ...(scale === 1 ? {} : { alpha: float(scale) }),
    });
  }
  const product = builder.emit('MatMul-13', [queries, keys]);
  return scale === 1 ? product : builder.emit('Mul-14', [product, builder.scalar(scale)]);
}

/** [batch, heads, queries, width] as rows [batch*queries, heads*width]. */
export function mergeHeads(builder: GraphBuilder, context: string, width: number): string {
  const merged = builder.emit('Transpose-13', [context], { perm: ints(BY_HEAD) });
  return builder.emit('Reshape-19', [merged, builder.indices([-1, width])]);
}
