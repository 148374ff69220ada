import { sameElements } from './elements.js';
import { input, noFlops } from './families.js';
import type { OperatorRule } from './rule.js';

/** y = x, under another name. */
export const identity: OperatorRule = {
  infer: (node, known) => [known.type(input(node, 0))],
  gradient: ({ outputGradients }) => [outputGradients[0] ?? null],
  flops: noFlops,
  elements: sameElements,
};
