import { attribute } from '../graph/attributes.js';
import { axisIndex } from '../graph/dimension.js';
import { floats, output, perOutputElement } from './families.js';
import type { OperatorRule } from './rule.js';

/** y = softmax(x) along an axis: dx = y (dy - sum(dy y)). */
export const softmax: OperatorRule = {
  infer: (node, known) => {
    const x = floats(known, node, 0);
    axisIndex(attribute(node, 'axis', 'int', -1), x.shape.length);
    return [x];
  },
  gradient: ({ node, emitter, outputGradients }) => {
    const dy = outputGradients[0];
    if (!dy) return [null];
    const y = output(node);
    const axis = attribute(node, 'axis', 'int', -1);
    const total = emitter.emit('ReduceSum-13', [emitter.emit('Mul-14', [dy, y]), emitter.indices([axis])]);
    return [emitter.emit('Mul-14', [y, emitter.emit('Sub-14', [dy, total])])];
  },
  flops: perOutputElement(5),
};
