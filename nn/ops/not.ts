import { input, perOutputElement, requireType } from './families.js';
import type { OperatorRule } from './rule.js';

/** Element-wise on truth values. */
export const not: OperatorRule = {
  infer: (node, known) => [requireType(node, known.type(input(node, 0)), 'bool')],
  gradient: { notDifferentiable: 'the result is a truth value' },
  flops: perOutputElement(1),
};
