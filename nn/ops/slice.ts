import { NnError } from '../errors.js';
import { int } from '../graph/attributes.js';
import { axisIndex, sliceLength } from '../graph/dimension.js';
import type { Node } from '../graph/ir.js';
import { constantInts, input, noFlops } from './families.js';
import type { Emitter, Known, OperatorRule } from './rule.js';
import { zeros } from './zeros.js';

interface Cut {
  readonly axis: number;
  readonly start: number;
  readonly end: number;
  readonly step: number;
}

/** Part of some axes, each by `start:end:step` as in Python; the gradient is written back there, among zeros. */
export const slice: OperatorRule = {
  infer: (node, known) => {
    const { dtype, shape } = known.type(input(node, 0));
    const lengths = [...shape];
    for (const { axis, start, end, step } of cuts(node, known)) {
      lengths[axis] = sliceLength(shape[axis]!, start, end, step);
    }
    return [{ dtype, shape: lengths }];
  },
  gradient: ({ node, emitter, outputGradients, wanted }) => {
    const dy = outputGradients[0];
    if (!dy || !wanted[0]) return [null];
    const x = input(node, 0);
    const { shape } = emitter.type(x);
    const isFramed = ({ axis, step }: Cut) => step === 1 && typeof shape[axis] === 'number';
    const made = cuts(node, emitter);
    const spread = made
      .filter((cut) => !isFramed(cut))
      .reduce((part, cut) => spreadOut(emitter, part, x, cut), dy);
    return [framed(emitter, spread, x, made.filter(isFramed))];
  },
  flops: noFlops,
  elements: (node, known) => {
    const elements = known.elements(input(node, 0));
    const [cut] = cuts(node, known);
    if (!elements || !cut) return elements;
    const every = elements.map((_, at) => at);
    return sliced(every, cut).map((at) => elements[at]!);
  },
};

function cuts(node: Node, known: Known): Cut[] {
  const [starts, ends] = [constantInts(known, node, 1), constantInts(known, node, 2)];
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
    end: bounded(ends[at]!),
    step: steps[at]!,
  }));
}

/** INT64_MAX, which says the end of an axis, has no exact double; no axis is as long as this one. */
function bounded(at: number): number {
  return Math.min(Math.max(at, Number.MIN_SAFE_INTEGER), Number.MAX_SAFE_INTEGER);
}

/** The elements of a vector that a cut keeps. */
function sliced(values: readonly number[], { start, end, step }: Cut): number[] {
  const count = sliceLength(values.length, start, end, step) as number;
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

/** `part` written into zeros of the length of `whole` along one axis, at the places the cut took it from. */
function spreadOut(emitter: Emitter, part: string, whole: string, { axis, start, end, step }: Cut): string {
  const { length: rank } = emitter.type(whole).shape;
  const length = emitter.emit('Shape-19', [whole], { start: int(axis), end: int(axis + 1) });
  const limit = emitter.emit('Reshape-19', [length, emitter.indices([])]);
  const [zero, one] = [0, 1].map((value) =>
    emitter.emit('Reshape-19', [emitter.indices([value]), emitter.indices([])]),
  );
  const every = emitter.emit('Range-11', [zero!, limit, one!]);
  const bounds = [start, end, 0, step].map((value) => emitter.indices([value]));
  const places = emitter.emit('Slice-13', [every, ...bounds]);
  const column = emitter.emit('Reshape-19', [
    places,
    emitter.indices([-1, ...new Array<number>(rank - axis - 1).fill(1)]),
  ]);
  const at = emitter.emit('Expand-13', [column, emitter.shapeOf(part)]);
  const lengths = [
    emitter.emit('Shape-19', [part], { end: int(axis) }),
    length,
    emitter.emit('Shape-19', [part], { start: int(axis + 1) }),
  ];
  const target = emitter.emit('Concat-13', lengths, { axis: int(0) });
  return emitter.emit('ScatterElements-18', [zeros(emitter, target), at, part], { axis: int(axis) });
}
