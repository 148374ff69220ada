import { NnError } from '../errors.js';
import { int } from '../graph/attributes.js';
import { axisIndex, sliceLength } from '../graph/dimension.js';
import type { Dimension, Node } from '../graph/ir.js';
import { minus } from './elements.js';
import { constantInts, input, noFlops } from './families.js';
import type { Emitter, Known, OperatorRule } from './rule.js';
import { zeros } from './zeros.js';

interface Cut {
  readonly axis: number;
  readonly start: number;
  /** Open ones lie within the axis, as PyTorch's exporter takes for granted. */
  readonly end: Dimension;
  readonly step: number;
}

/** Part of some axes, each by `start:end:step` as in Python; the gradient is written back there, among zeros. */
export const slice: OperatorRule = {
  infer: (node, known) => {
    const { dtype, shape } = known.type(input(node, 0));
    const lengths = [...shape];
    for (const { axis, start, end, step } of cuts(node, known)) {
      lengths[axis] = cutLength(shape[axis]!, { axis, start, end, step });
    }
    return [{ dtype, shape: lengths }];
  },
  gradient: ({ node, emitter, outputGradients, wanted }) => {
    const dy = outputGradients[0];
    if (!dy || !wanted[0]) return [null];
    const x = input(node, 0);
    const { shape } = emitter.type(x);
    const isFramed = ({ axis, end, step }: Cut) =>
      step === 1 && typeof end === 'number' && typeof shape[axis] === 'number';
    const made = cuts(node, emitter);
    const spread = made
      .filter((cut) => !isFramed(cut))
      .reduce((part, cut) => spreadOut(emitter, part, node, cut), dy);
    return [framed(emitter, spread, x, made.filter(isFramed))];
  },
  flops: noFlops,
  elements: (node, known) => {
    const elements = known.elements(input(node, 0));
    const [cut] = cuts(node, known);
    if (!elements || !cut) return elements;
    if (typeof cut.end === 'string') return undefined;
    const every = elements.map((_, at) => at);
    return sliced(every, cut).map((at) => elements[at]!);
  },
};

function cuts(node: Node, known: Known): Cut[] {
  const starts = constantInts(known, node, 1);
  const ends = known.elements(input(node, 2)) ?? constantInts(known, node, 2);
  const axes = node.inputs[3] ? constantInts(known, node, 3) : starts.map((_, axis) => axis);
  const steps = node.inputs[4] ? constantInts(known, node, 4) : starts.map(() => 1);
  if ([ends, axes, steps].some(({ length }) => length !== starts.length) || steps.includes(0)) {
    throw new NnError(
      'SHAPE_MISMATCH',
      `${node.op}: starts [${starts}], ends [${ends}] and steps [${steps}]`,
    );
  }
  const { length: rank } = known.type(input(node, 0)).shape;
  return starts.map((start, at) => ({
    axis: axisIndex(axes[at]!, rank),
    start: bounded(start),
    end: typeof ends[at] === 'string' ? ends[at] : bounded(ends[at]!),
    step: steps[at]!,
  }));
}

/** INT64_MAX, which says the end of an axis, has no exact double; no axis is as long as this one. */
function bounded(at: number): number {
  return Math.min(Math.max(at, Number.MIN_SAFE_INTEGER), Number.MAX_SAFE_INTEGER);
}

function cutLength(length: Dimension, { start, end, step }: Cut): Dimension {
  if (typeof end === 'number') return sliceLength(length, start, end, step);
  const rest = start >= 0 && step === 1 ? minus(end, start) : undefined;
  if (rest === undefined) {
    throw new NnError('OPERATOR_UNSUPPORTED', `the slice ${start}:${end}:${step} has no length known`);
  }
  return rest;
}

/** The elements of a vector that a cut keeps. */
function sliced(values: readonly number[], cut: Cut): number[] {
  const { start, step } = cut;
  const count = cutLength(values.length, cut) as number;
  const last = values.length - 1;
  const first = Math.min(
    Math.max(start < 0 ? start + values.length : start, 0),
    step > 0 ? values.length : last,
  );
  return Array.from({ length: count }, (_, at) => values[first + at * step]!);
}

/** `part` with zeros around it up to the lengths of `whole` along fixed axes. */
function framed(emitter: Emitter, part: string, whole: string, made: readonly Cut[]): string {
  if (made.length === 0) return part;
  const { shape } = emitter.type(whole);
  const pads = new Array<number>(2 * shape.length).fill(0);
  for (const { axis, start } of made) {
    const length = shape[axis] as number;
    const kept = emitter.type(part).shape[axis] as number;
    const before = kept === 0 ? 0 : Math.min(Math.max(start < 0 ? start + length : start, 0), length);
    pads[axis] = before;
    pads[shape.length + axis] = length - kept - before;
  }
  return emitter.emit('Pad-19', [part, emitter.indices(pads)]);
}

/** `part` written into zeros of the input's length along one axis, at the places the cut took it from. */
function spreadOut(emitter: Emitter, part: string, node: Node, { axis, start, end, step }: Cut): string {
  const whole = input(node, 0);
  const scalar = (vector: string) => emitter.emit('Reshape-19', [vector, emitter.indices([])]);
  const length = emitter.emit('Shape-19', [whole], { start: int(axis), end: int(axis + 1) });
  const limits = [emitter.indices([0]), length, emitter.indices([1])].map(scalar);
  const last = typeof end === 'number' ? emitter.indices([end]) : openEnd(emitter, node, end);
  const bounds = [emitter.indices([start]), last, emitter.indices([0]), emitter.indices([step])];
  const places = emitter.emit('Slice-13', [emitter.emit('Range-11', limits), ...bounds]);
  const after = new Array<number>(emitter.type(whole).shape.length - axis - 1).fill(1);
  const column = emitter.emit('Reshape-19', [places, emitter.indices([-1, ...after])]);
  const at = emitter.emit('Expand-13', [column, emitter.shapeOf(part)]);
  const lengths = [
    emitter.emit('Shape-19', [part], { end: int(axis) }),
    length,
    emitter.emit('Shape-19', [part], { start: int(axis + 1) }),
  ];
  const target = emitter.emit('Concat-13', lengths, { axis: int(0) });
  return emitter.emit('ScatterElements-18', [zeros(emitter, target), at, part], { axis: int(axis) });
}

/** The run-time value of an open end. */
function openEnd(emitter: Emitter, node: Node, end: string): string {
  const at = emitter.elements(input(node, 2))!.indexOf(end);
  return emitter.emit('Slice-13', [input(node, 2), emitter.indices([at]), emitter.indices([at + 1])]);
}
