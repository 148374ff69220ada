import { attribute, int } from '../graph/attributes.js';
import { axisIndex } from '../graph/dimension.js';
import type { Node } from '../graph/ir.js';
import { elementCount, float32Tensor } from '../tensor.js';
import { fixed, floats, input, perOutputElement, requireType } from './families.js';
import { restoreShape } from './restoreShape.js';
import type { Emitter, GradientRequest, Known, OperatorRule } from './rule.js';
import type { Operator } from './table.js';

/** Which normalisation: `centred` ones subtract the mean and give it as an output. */
interface Form {
  readonly op: Operator;
  readonly centred: boolean;
}

/**
 * y = g n + b with n = s (x - mean), or s x where it is not centred, over the axes from `axis` on, w elements. Further
 * outputs are the mean, where it is centred, and s. db = sum dy, dg = sum dy n,
 * dx = s (dy g - mean(dy g) - n mean(dy g n)) + dmean / w - ds s^2 n / w, without the means where it is not centred.
 */
export function normalization(form: Form): OperatorRule {
  return {
    infer: (node, known) => {
      const x = floats(known, node, 0);
      requireType(node, floats(known, node, 1), x.dtype);
      const axis = axisOf(node, known);
      const statistics = {
        dtype: 'float32' as const,
        shape: x.shape.map((length, at) => (at < axis ? length : 1)),
      };
      return form.centred ? [x, statistics, statistics] : [x, statistics];
    },
    gradient: (request) => gradient(form, request),
    flops: perOutputElement(8),
  };
}

function axisOf(node: Node, known: Known): number {
  return axisIndex(attribute(node, 'axis', 'int', -1), known.type(input(node, 0)).shape.length);
}

function gradient({ op, centred }: Form, { node, emitter, outputGradients, wanted }: GradientRequest) {
  const [dy, ...dStatistics] = outputGradients;
  if (outputGradients.every((each) => !each)) return [null, null, null];
  const { width, rows, column, restored } = joinedAxes(node, emitter);
  const x = rows(input(node, 0));
  // Normalising once more is one pass over x; keeping the forward pass's result would hold memory instead.
  const ones = emitter.constant(float32Tensor([width], new Float32Array(width).fill(1)));
  const present = centred ? [true, false, true] : [true, true];
  const normalized = emitter.emitAll(op, [x, ones], { ...node.attributes, axis: int(-1) }, present);
  const [n, s] = [normalized[0]!, normalized.at(-1)!];
  const weighted = dy ? emitter.emit('Mul-14', [rows(dy), n]) : null;
  const dGain = weighted && restored(weighted);
  if (!wanted[0]) return [null, dGain, dy ?? null];
  const [dMean, dInverse] = centred ? dStatistics : [null, ...dStatistics];
  const parts = [
    dy && weighted
      ? throughOutput(emitter, centred, { dy: rows(dy), weighted, n, s, gain: input(node, 1), width })
      : null,
    dMean ? emitter.emit('Mul-14', [column(dMean), emitter.scalar(1 / width)]) : null,
    dInverse ? throughInverse(emitter, column(dInverse), n, s, width) : null,
  ].filter((part) => part !== null);
  const dx = parts.reduce((sum, part) => emitter.emit('Add-14', [sum, part]));
  return [restored(dx), dGain, dy ?? null];
}

/** Several normalised axes joined into one: how many elements it has, the way there, of statistics too, and back. */
function joinedAxes(node: Node, emitter: Emitter) {
  const x = input(node, 0);
  const { shape } = emitter.type(x);
  const axis = axisOf(node, emitter);
  const width = elementCount(
    shape.slice(axis).map((_, at) => fixed(shape, axis + at, `a normalised axis of '${x}'`)),
  );
  if (axis === shape.length - 1) {
    const same = (value: string) => value;
    return { width, rows: same, column: same, restored: same };
  }
  const matrix = (columns: number) => (value: string) =>
    emitter.emit('Reshape-19', [value, emitter.indices([-1, columns])]);
  const restored = (value: string) => restoreShape(emitter, value, x);
  return { width, rows: matrix(width), column: matrix(1), restored };
}

interface Parts {
  readonly dy: string;
  readonly weighted: string;
  readonly n: string;
  readonly s: string;
  readonly gain: string;
  readonly width: number;
}

/** s (dy g - mean(dy g) - n mean(dy g n)); the means are products with the gain, which reads dy once. */
function throughOutput(
  emitter: Emitter,
  centred: boolean,
  { dy, weighted, n, s, gain, width }: Parts,
): string {
  const shares = emitter.emit('Mul-14', [gain, emitter.scalar(1 / width)]);
  const column = emitter.emit('Reshape-19', [shares, emitter.indices([width, 1])]);
  const centre = centred ? emitter.emit('MatMul-13', [dy, column]) : undefined;
  const slope = emitter.emit('MatMul-13', [weighted, column]);
  const along = emitter.emit('Mul-14', [n, slope]);
  const flatGain =
    emitter.type(gain).shape.length === 1 ? gain : emitter.emit('Reshape-19', [gain, emitter.indices([-1])]);
  const scaled = emitter.emit('Mul-14', [dy, flatGain]);
  const rest = centre ? emitter.emit('Sub-14', [scaled, centre]) : scaled;
  return emitter.emit('Mul-14', [emitter.emit('Sub-14', [rest, along]), s]);
}

/** -ds s^2 n / w. */
function throughInverse(emitter: Emitter, dInverse: string, n: string, s: string, width: number): string {
  const square = emitter.emit('Mul-14', [emitter.emit('Mul-14', [s, s]), emitter.scalar(-1 / width)]);
  return emitter.emit('Mul-14', [n, emitter.emit('Mul-14', [dInverse, square])]);
}
