import { input, noFlops } from './families.js';
import type { OperatorRule } from './rule.js';

/** A copy of the data with updates written, or added, at indices; the gradients of the two Gathers emit it. */
export const scatterElements: OperatorRule = {
  infer: (node, known) => [known.type(input(node, 0))],
  gradient: { notDifferentiable: 'appears in backward graphs only; second derivatives are not asked for' },
  flops: noFlops,
};
