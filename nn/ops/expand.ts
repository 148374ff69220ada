import { NnError } from '../errors.js';
import { broadcast } from '../graph/dimension.js';
import type { Dimension } from '../graph/ir.js';
import { ELEMENTS_MAX } from './elements.js';
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
  elements: (node, known) => {
    const elements = known.elements(input(node, 0));
    const length = known.elements(input(node, 1))?.[0] ?? 1;
    if (elements?.length === length) return elements;
    const repeated = elements?.length === 1 && typeof length === 'number' && length <= ELEMENTS_MAX;
    return repeated ? new Array<Dimension>(length).fill(elements[0]!) : undefined;
  },
};
