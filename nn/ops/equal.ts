import { broadcast } from '../graph/dimension.js';
import { input, perOutputElement } from './families.js';
import type { OperatorRule } from './rule.js';

/** Element-wise comparison. */
export const equal: OperatorRule = {
  infer: (node, known) => [
    { dtype: 'bool', shape: broadcast(known.type(input(node, 0)).shape, known.type(input(node, 1)).shape) },
  ],
  gradient: { notDifferentiable: 'the result is a truth value' },
  flops: perOutputElement(1),
};
