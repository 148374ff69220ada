import { attribute, int } from '../graph/attributes.js';
import { axisIndex } from '../graph/dimension.js';
import { input, perOutputElement } from './families.js';
import type { OperatorRule } from './rule.js';

/** Running sums along an axis; the gradient runs the other way. */
export const cumSum: OperatorRule = {
  infer: (node, known) => {
    const x = known.type(input(node, 0));
    for (const axis of known.elements(input(node, 1)) ?? []) axisIndex(Number(axis), x.shape.length);
    return [x];
  },
  gradient: ({ node, emitter, outputGradients, wanted }) => {
    const dy = outputGradients[0];
    if (!dy || !wanted[0]) return [null, null];
    const reverse = int(1 - attribute(node, 'reverse', 'int', 0));
    return [emitter.emit('CumSum-14', [dy, input(node, 1)], { ...node.attributes, reverse }), null];
  },
  flops: perOutputElement(1),
};
