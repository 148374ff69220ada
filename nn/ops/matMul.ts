import { NnError } from '../errors.js';
import { attribute, float, int } from '../graph/attributes.js';
import { broadcast } from '../graph/dimension.js';
import type { Attributes, Node, Shape } from '../graph/ir.js';
import { elementCount } from '../tensor.js';
import { fixed, floats, input, requireType } from './families.js';
import type { Emitter, OperatorRule } from './rule.js';

interface Form {
  readonly transA: boolean;
  readonly transB: boolean;
  readonly alpha: number;
}

/**
 * y = alpha op(a) op(b), batched over the leading axes: FusedMatMul of ONNX Runtime, of which MatMul is the
 * form without transposition and scale. A vector is a row on the left and a column on the right, and its axis of length 1
 * is left out of the result.
 */
export const matMul: OperatorRule = {
  infer: (node, known) => {
    const { dtype, shape: left } = floats(known, node, 0);
    const { shape: right } = requireType(node, floats(known, node, 1), dtype);
    const [a, b] = asMatrices(node, left, right);
    const { transA, transB } = formOf(node);
    const [rows, inner] = lastTwo(a, transA);
    const [innerB, columns] = lastTwo(b, transB);
    if (inner !== innerB) {
      throw new NnError(
        'SHAPE_MISMATCH',
        `${node.op}: [${a}] and [${b}] do not multiply (${inner} and ${innerB})`,
      );
    }
    const shape = [
      ...broadcast(a.slice(0, -2), b.slice(0, -2)),
      ...(left.length === 1 ? [] : [rows]),
      ...(right.length === 1 ? [] : [columns]),
    ];
    return [{ dtype, shape }];
  },
  gradient: ({ node, emitter, outputGradients, wanted }) => {
    if (!outputGradients[0]) return [null, null];
    const vectors = [0, 1].map((index) => emitter.type(input(node, index)).shape.length === 1);
    const withAxes = (value: string, axes: readonly number[]) =>
      axes.length === 0 ? value : emitter.emit('Unsqueeze-13', [value, emitter.indices(axes)]);
    const a = withAxes(input(node, 0), vectors[0] ? [0] : []);
    const b = withAxes(input(node, 1), vectors[1] ? [1] : []);
    const dy = withAxes(outputGradients[0], [...(vectors[0] ? [-2] : []), ...(vectors[1] ? [-1] : [])]);
    const withoutAxis = (index: number, gradient: string) =>
      vectors[index]
        ? emitter.emit('Squeeze-13', [gradient, emitter.indices([index === 0 ? -2 : -1])])
        : gradient;
    const { transA, transB, alpha } = formOf(node);
    const multiply = (left: string, right: string, leftTransposed: boolean, rightTransposed: boolean) =>
      emitter.emit(
        'com.microsoft.FusedMatMul-1',
        [left, right],
        form(leftTransposed, rightTransposed, alpha),
      );
    const da = () => (transA ? multiply(b, dy, transB, true) : multiply(dy, b, false, !transB));
    const db = () => (transB ? multiply(dy, a, true, transA) : multiply(a, dy, !transA, false));
    return [
      wanted[0] ? withoutAxis(0, da()) : null,
      wanted[1]
        ? withoutAxis(
            1,
            sharedWeight(emitter, a, b) && !transA ? weightGradient(emitter, a, dy, transB, alpha) : db(),
          )
        : null,
    ];
  },
  flops: ({ node, inputs, outputs }) =>
    2 *
    elementCount(outputs[0] ?? []) *
    ((attribute(node, 'transA', 'int', 0) ? inputs[0]?.at(-2) : inputs[0]?.at(-1)) ?? 0),
};

/** The operands' shapes, those of vectors as matrices. Throws OPERATOR_UNSUPPORTED for a scalar or a fused vector. */
function asMatrices(node: Node, a: Shape, b: Shape): readonly [Shape, Shape] {
  const fewest = Math.min(a.length, b.length);
  if (fewest === 0 || (fewest === 1 && node.op !== 'MatMul-13')) {
    throw new NnError('OPERATOR_UNSUPPORTED', `${node.op} of ${fewest === 0 ? 'a scalar' : 'a vector'}`);
  }
  return [a.length === 1 ? [1, ...a] : a, b.length === 1 ? [...b, 1] : b];
}

/** A matrix multiplied with every batch: its gradient is one product over all rows, not a sum of many. */
function sharedWeight(emitter: Emitter, a: string, b: string): boolean {
  return emitter.type(b).shape.length === 2 && emitter.type(a).shape.length > 2;
}

function weightGradient(emitter: Emitter, a: string, dy: string, transB: boolean, alpha: number): string {
  const rows = (value: string) => {
    const width = fixed(emitter.type(value).shape, -1, `the last axis of '${value}'`);
    return emitter.emit('Reshape-19', [value, emitter.indices([-1, width])]);
  };
  const operands = transB ? [rows(dy), rows(a)] : [rows(a), rows(dy)];
  return emitter.emit('Gemm-13', operands, { transA: int(1), alpha: float(alpha) });
}

function formOf(node: Node): Form {
  return {
    transA: attribute(node, 'transA', 'int', 0) === 1,
    transB: attribute(node, 'transB', 'int', 0) === 1,
    alpha: attribute(node, 'alpha', 'float', 1),
  };
}

function form(transA: boolean, transB: boolean, alpha: number): Attributes {
  return {
    ...(transA ? { transA: int(1) } : {}),
    ...(transB ? { transB: int(1) } : {}),
    ...(alpha === 1 ? {} : { alpha: float(alpha) }),
  };
}

function lastTwo(shape: Shape, transposed: boolean) {
  const [first, second] = [shape.at(-2)!, shape.at(-1)!];
  return transposed ? ([second, first] as const) : ([first, second] as const);
}
