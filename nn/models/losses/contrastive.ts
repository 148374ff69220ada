import { int } from '../../graph/attributes.js';
import type { GraphBuilder } from '../../ops/builder.js';
import type { Layout } from '../layers/layout.js';
import { countTo } from '../layers/tokens.js';

/** `torch.nn.functional.pairwise_distance` adds this to each difference, so that equal texts have a gradient. */
const DISTANCE_EPSILON = 1e-6;

/**
 * Multiple-negatives ranking (Henderson et al., 2017): of all second texts of a batch, each first text must find its
 * own. `embeddings` [2*pairs, width] of length 1 hold the first and second texts of `layout` in turn; `scale` multiplies the
 * cosines.
 */
export function multipleNegatives(
  builder: GraphBuilder,
  embeddings: string,
  scale: number,
  layout: Pick<Layout, 'texts'>,
): string {
  const [anchors, positives] = members(builder, embeddings, 2);
  const product = builder.emit('Gemm-13', [anchors!, positives!], { transB: int(1) });
  const scores = builder.emit('Mul-14', [product, builder.scalar(scale)]);
  const positions = countTo(builder, pairCount(builder, layout));
  const column = builder.emit('Unsqueeze-13', [positions, builder.indices([1])]);
  const own = builder.emit('Cast-19', [builder.emit('Equal-19', [column, positions])], { to: int(1) });
  const likelihood = builder.emit('LogSoftmax-13', [scores], { axis: int(-1) });
  const found = builder.emit('Mul-14', [likelihood, own]);
  return builder.emit('Neg-13', [meanBy(builder, found, own)]);
}

/**
 * Triplet loss (Schroff et al., 2015): max(0, |anchor - positive| - |anchor - negative| + margin), its mean.
 * `embeddings` [3*triplets, width] hold anchor, positive and negative in turn.
 */
export function triplet(builder: GraphBuilder, embeddings: string, margin: number): string {
  const [anchors, positives, negatives] = members(builder, embeddings, 3);
  const near = distance(builder, anchors!, positives!);
  const far = distance(builder, anchors!, negatives!);
  const gap = builder.emit('Add-14', [builder.emit('Sub-14', [near, far]), builder.scalar(margin)]);
  const hinge = builder.emit('Relu-14', [gap]);
  const ones = builder.emit('Expand-13', [builder.scalar(1), builder.shapeOf(hinge)]);
  return meanBy(builder, hinge, ones);
}

/** The members of each group of `size` consecutive rows, [groups, width] each. */
function members(builder: GraphBuilder, embeddings: string, size: number): string[] {
  const width = builder.type(embeddings).shape.at(-1);
  const groups = builder.emit('Reshape-19', [embeddings, builder.indices([-1, size * Number(width)])]);
  const present = Array.from({ length: size }, () => true);
  return builder.emitAll('Split-18', [groups], { axis: int(1), num_outputs: int(size) }, present);
}

/**
 * Number of pairs, int64 [1], from the inputs: a count taken from the embeddings would lie on the way of their
 * gradient, where nothing discrete may.
 */
function pairCount(builder: GraphBuilder, layout: Pick<Layout, 'texts'>): string {
  const pairs = builder.emit('Reshape-19', [layout.texts(), builder.indices([-1, 2])]);
  return builder.emit('Shape-19', [pairs], { end: int(1) });
}

/** Euclidean distances of the rows, [rows]. */
function distance(builder: GraphBuilder, left: string, right: string): string {
  const difference = builder.emit('Sub-14', [left, right]);
  const shifted = builder.emit('Add-14', [difference, builder.scalar(DISTANCE_EPSILON)]);
  const squares = builder.emit('Mul-14', [shifted, shifted]);
  return builder.emit('Sqrt-13', [
    builder.emit('ReduceSum-13', [squares, builder.indices([1])], { keepdims: int(0) }),
  ]);
}

function meanBy(builder: GraphBuilder, values: string, weights: string): string {
  const sum = (value: string) => builder.emit('ReduceSum-13', [value], { keepdims: int(0) });
  return builder.emit('Div-14', [sum(values), sum(weights)]);
}
