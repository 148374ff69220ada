import { input, perInputElement } from './families.js';
import { reducedType, withKeptAxes } from './reduction.js';
import type { OperatorRule } from './rule.js';

/** The sum over axes; every summand gets the sum's gradient. */
export const reduceSum: OperatorRule = {
  infer: (node, known) => [reducedType(node, known)],
  gradient: ({ node, emitter, outputGradients, wanted }) => {
    const dy = outputGradients[0];
    if (!dy || !wanted[0]) return [null, null];
    const aligned = withKeptAxes(emitter, node, dy);
    return [emitter.emit('Expand-13', [aligned, emitter.shapeOf(input(node, 0))]), null];
  },
  flops: perInputElement(1),
};
