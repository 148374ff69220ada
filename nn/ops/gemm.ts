import { NnError } from '../errors.js';
import { attribute, float, int } from '../graph/attributes.js';
import { broadcast } from '../graph/dimension.js';
import type { Attributes, Node } from '../graph/ir.js';
import { elementCount } from '../tensor.js';
import { floats, input, requireType } from './families.js';
import type { OperatorRule } from './rule.js';

/** y = alpha op(a) op(b) + beta c for matrices, c broadcast. dc = beta dy. */
export const gemm: OperatorRule = {
  infer: (node, known) => {
    const { dtype, shape: a } = floats(known, node, 0);
    const { shape: b } = requireType(node, floats(known, node, 1), dtype);
    const { transA, transB } = formOf(node);
    const [rows, inner] = transA ? [a[1], a[0]] : [a[0], a[1]];
    const [innerB, columns] = transB ? [b[1], b[0]] : [b[0], b[1]];
    if (a.length !== 2 || b.length !== 2 || inner !== innerB) {
      throw new NnError('SHAPE_MISMATCH', `${node.op}: [${a}] and [${b}] do not multiply`);
    }
    const shape = [rows!, columns!];
    if (node.inputs[2]) broadcast(shape, requireType(node, floats(known, node, 2), dtype).shape);
    return [{ dtype, shape }];
  },
  gradient: ({ node, emitter, outputGradients, wanted }) => {
    const dy = outputGradients[0];
    if (!dy) return [null, null, null];
    const [a, b] = [input(node, 0), input(node, 1)];
    const { transA, transB, alpha, beta } = formOf(node);
    const multiply = (left: string, right: string, leftTransposed: boolean, rightTransposed: boolean) =>
      emitter.emit('Gemm-13', [left, right], form(leftTransposed, rightTransposed, alpha));
    const da = () => (transA ? multiply(b, dy, transB, true) : multiply(dy, b, false, !transB));
    const db = () => (transB ? multiply(dy, a, true, transA) : multiply(a, dy, !transA, false));
    const dc = () => (beta === 1 ? dy : emitter.emit('Mul-14', [dy, emitter.scalar(beta)]));
    return [wanted[0] ? da() : null, wanted[1] ? db() : null, wanted[2] ? dc() : null];
  },
  flops: ({ node, inputs, outputs }) =>
    2 * elementCount(outputs[0] ?? []) * (inputs[0]?.[formOf(node).transA ? 0 : 1] ?? 0),
};

function formOf(node: Node) {
  return {
    transA: attribute(node, 'transA', 'int', 0) === 1,
    transB: attribute(node, 'transB', 'int', 0) === 1,
    alpha: attribute(node, 'alpha', 'float', 1),
    beta: attribute(node, 'beta', 'float', 1),
  };
}

function form(transA: boolean, transB: boolean, alpha: number): Attributes {
  return {
    ...(transA ? { transA: int(1) } : {}),
    ...(transB ? { transB: int(1) } : {}),
    ...(alpha === 1 ? {} : { alpha: float(alpha) }),
  };
}
