import { NnError } from '../errors.js';
import { broadcast } from '../graph/dimension.js';
import { input, noFlops } from './families.js';
import type { OperatorRule } from './rule.js';

/** Broadcast to a given shape; the driver sums the gradient back over it. */
export const expand: OperatorRule = {
  infer: (node, known) => {
    const { dtype, shape } = known.type(input(node, 0));
    const target = known.elements(input(node, 1));
    if (!target) throw new NnError('GRAPH_INVALID', `${node.op}: the target shape is not known`);
    return [{ dtype, shape: broadcast(shape, target) }];
  },
  gradient: ({ outputGradients }) => [outputGradients[0] ?? null, null],
  flops: noFlops,
};
