import { floats, perOutputElement } from './families.js';
import type { OperatorRule } from './rule.js';

/** Element-wise test of floats. */
export const isInfinite: OperatorRule = {
  infer: (node, known) => [{ dtype: 'bool', shape: floats(known, node, 0).shape }],
  gradient: { notDifferentiable: 'the result is a truth value' },
  flops: perOutputElement(1),
};
