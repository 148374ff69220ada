import { NnError } from '../errors.js';
import { attribute, ints } from '../graph/attributes.js';
import type { Node } from '../graph/ir.js';
import { input, noFlops } from './families.js';
import type { OperatorRule } from './rule.js';

/** Axes reordered; the gradient is reordered back. */
export const transpose: OperatorRule = {
  infer: (node, known) => {
    const { dtype, shape } = known.type(input(node, 0));
    return [{ dtype, shape: order(node, shape.length).map((axis) => shape[axis]!) }];
  },
  gradient: ({ node, emitter, outputGradients }) => {
    const dy = outputGradients[0];
    if (!dy) return [null];
    const axes = order(node, emitter.type(dy).shape.length);
    const inverse = axes.map((_, axis) => axes.indexOf(axis));
    return [emitter.emit('Transpose-13', [dy], { perm: ints(inverse) })];
  },
  flops: noFlops,
};

function order(node: Node, rank: number): readonly number[] {
  const axes = Array.from({ length: rank }, (_, axis) => axis);
  const order = attribute(node, 'perm', 'ints', axes.toReversed());
  if (order.length !== rank || axes.some((axis) => !order.includes(axis))) {
    throw new NnError('SHAPE_MISMATCH', `${node.op}: [${order}] is no order of ${rank} axes`);
  }
  return order;
}
