import { attribute } from '../graph/attributes.js';
import { axisIndex } from '../graph/dimension.js';
import { floats, output, perOutputElement } from './families.js';
import type { OperatorRule } from './rule.js';

/** y = log softmax(x) along an axis: dx = dy - e^y sum(dy). */
export const logSoftmax: OperatorRule = {
  infer: (node, known) => {
    const x = floats(known, node, 0);
    axisIndex(attribute(node, 'axis', 'int', -1), x.shape.length);
    return [x];
  },
  gradient: ({ node, emitter, outputGradients }) => {
    const dy = outputGradients[0];
    if (!dy) return [null];
    const axis = attribute(node, 'axis', 'int', -1);
    const total = emitter.emit('ReduceSum-13', [dy, emitter.indices([axis])]);
    const share = emitter.emit('Mul-14', [emitter.emit('Exp-13', [output(node)]), total]);
    return [emitter.emit('Sub-14', [dy, share])];
  },
  flops: perOutputElement(6),
};
