import { NnError } from '../../errors.js';
import { int } from '../../graph/attributes.js';
import type { GraphBuilder } from '../../ops/builder.js';
import { float32Tensor, int64Tensor } from '../../tensor.js';
import { countTo, int64Scalar } from '../layers/tokens.js';

/** The label of what does not count, as in PyTorch. */
export const IGNORED_LABEL = -100;

export interface CrossEntropyOptions {
  /** How much a label of each class counts; all alike where absent. */
  readonly classWeights?: readonly number[];
  /** Share of the target spread evenly over all classes, from 0 up to 1; default 0. */
  readonly labelSmoothing?: number;
}

/** Above this many classes, marking one of them in every row costs more than picking it. */
const MARKED_CLASSES_MAX = 64;

/**
 * Cross-entropy of logits [rows, classes] against `labels` int64 [rows], equal to torch.nn.functional.cross_entropy:
 * the mean over the labels that count, by their classes' weights. IGNORED_LABEL does not count; whether another label
 * outside 0..classes-1 is ignored or fails the run depends on the number of classes, so callers check labels first.
 * Throws SHAPE_MISMATCH for options that do not fit.
 */
export function crossEntropy(
  builder: GraphBuilder,
  logits: string,
  labels: string,
  options: CrossEntropyOptions = {},
): string {
  const classes = builder.type(logits).shape.at(-1)!;
  requireFitting(options, classes);
  const sum = (value: string) => builder.emit('ReduceSum-13', [value], { keepdims: int(0) });
  const { total, count } =
    typeof classes === 'string' || classes <= MARKED_CLASSES_MAX
      ? marked(builder, logits, labels, options)
      : picked(builder, logits, labels, options);
  return builder.emit('Neg-13', [builder.emit('Div-14', [sum(total), sum(count)])]);
}

/** Weighted log-likelihoods and the weights they are divided by, before both are summed up. */
interface Terms {
  readonly total: string;
  readonly count: string;
}

/** For few classes, and for positions in a text: every class is compared with the label. */
function marked(
  builder: GraphBuilder,
  logits: string,
  labels: string,
  { classWeights, labelSmoothing = 0 }: CrossEntropyOptions,
): Terms {
  const classes = Number(builder.type(logits).shape.at(-1));
  const indices = classIndices(builder, logits);
  const column = builder.emit('Unsqueeze-13', [labels, builder.indices([1])]);
  const chosen = builder.emit('Cast-19', [builder.emit('Equal-19', [column, indices])], { to: int(1) });
  const weighted = (value: string) =>
    classWeights ? builder.emit('Mul-14', [value, vector(builder, classWeights)]) : value;
  const target =
    labelSmoothing === 0 ? chosen : smoothed(builder, chosen, labelSmoothing / classes, 1 - labelSmoothing);
  const likelihood = builder.emit('LogSoftmax-13', [logits], { axis: int(-1) });
  return { total: builder.emit('Mul-14', [likelihood, weighted(target)]), count: weighted(chosen) };
}

/** 0, 1, ... up to the number of classes. */
function classIndices(builder: GraphBuilder, logits: string): string {
  const classes = builder.type(logits).shape.at(-1)!;
  if (typeof classes === 'string') {
    // Of the values with this shape the first is an input, which no gradient needs a way through.
    return countTo(builder, builder.emit('Gather-13', [builder.shapeOf(logits), builder.indices([1])]));
  }
  const values = BigInt64Array.from({ length: classes }, (_, at) => BigInt(at));
  return builder.constant(int64Tensor([classes], values));
}

/** Where a class is chosen in a row: `share` for every class and `rest` for the chosen one. Ignored rows stay 0. */
function smoothed(builder: GraphBuilder, chosen: string, share: number, rest: number): string {
  const counts = builder.emit('ReduceSum-13', [chosen, builder.indices([1])]);
  const spread = builder.emit('Mul-14', [counts, builder.scalar(share)]);
  return builder.emit('Add-14', [builder.emit('Mul-14', [chosen, builder.scalar(rest)]), spread]);
}

/** For a vocabulary: the label's score is picked out of each row. */
function picked(
  builder: GraphBuilder,
  logits: string,
  labels: string,
  { classWeights, labelSmoothing = 0 }: CrossEntropyOptions,
): Terms {
  const ignored = builder.emit('Equal-19', [labels, int64Scalar(builder, IGNORED_LABEL)]);
  const safe = builder.emit('Where-16', [ignored, int64Scalar(builder, 0), labels]);
  const column = builder.emit('Unsqueeze-13', [safe, builder.indices([1])]);
  const likelihood = builder.emit('LogSoftmax-13', [logits], { axis: int(-1) });
  const chosen = builder.emit('GatherElements-13', [likelihood, column], { axis: int(1) });
  const skipped = builder.emit('Cast-19', [builder.emit('Unsqueeze-13', [ignored, builder.indices([1])])], {
    to: int(1),
  });
  const counted = builder.emit('Sub-14', [builder.scalar(1), skipped]);
  const weights = classWeights ? vector(builder, classWeights) : undefined;
  const count = weights
    ? builder.emit('Mul-14', [counted, builder.emit('Gather-13', [weights, column])])
    : counted;
  const hard = builder.emit('Mul-14', [chosen, count]);
  if (labelSmoothing === 0) return { total: hard, count };
  const all = weights ? builder.emit('Mul-14', [likelihood, weights]) : likelihood;
  const spread = builder.emit('Mul-14', [builder.emit('ReduceSum-13', [all, builder.indices([1])]), counted]);
  const classes = Number(builder.type(logits).shape.at(-1));
  const scaled = (value: string, factor: number) => builder.emit('Mul-14', [value, builder.scalar(factor)]);
  const total = builder.emit('Add-14', [
    scaled(hard, 1 - labelSmoothing),
    scaled(spread, labelSmoothing / classes),
  ]);
  return { total, count };
}

function vector(builder: GraphBuilder, values: readonly number[]): string {
  return builder.constant(float32Tensor([values.length], Float32Array.from(values)));
}

function requireFitting(options: CrossEntropyOptions, classes: number | string): void {
  const { classWeights, labelSmoothing = 0 } = options;
  if (!(labelSmoothing >= 0 && labelSmoothing < 1)) {
    throw new NnError('SHAPE_MISMATCH', `label smoothing must be from 0 up to 1, it is ${labelSmoothing}`);
  }
  if (classWeights && classWeights.length !== classes) {
    throw new NnError(
      'SHAPE_MISMATCH',
      `${classes} classes need as many weights, ${classWeights.length} given`,
    );
  }
  if (classWeights?.some((weight) => !(weight >= 0 && weight < Number.POSITIVE_INFINITY))) {
    throw new NnError('SHAPE_MISMATCH', `class weights must be finite and not negative: ${classWeights}`);
  }
  if (labelSmoothing > 0 && typeof classes !== 'number') {
    throw new NnError('SHAPE_MISMATCH', `label smoothing needs a fixed number of classes, it is ${classes}`);
  }
}
