import { input, noFlops } from './families.js';
import type { OperatorRule } from './rule.js';

/**
 * A copy of the data with updates written, or added, at indices. ONNX Runtime may lose additions that share an index where
 * it runs on several threads.
 */
export const scatterND: OperatorRule = {
  infer: (node, known) => [known.type(input(node, 0))],
  gradient: { notDifferentiable: 'for imported graphs; nothing of ours emits it' },
  flops: noFlops,
};
