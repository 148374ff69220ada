import { NnError } from '../errors.js';
import { input, noFlops } from './families.js';
import type { OperatorRule } from './rule.js';

/** The upper or lower triangle of matrices, 0 elsewhere; so is the gradient. */
export const trilu: OperatorRule = {
  infer: (node, known) => {
    const x = known.type(input(node, 0));
    if (x.shape.length < 2)
      throw new NnError('SHAPE_MISMATCH', `${node.op} takes matrices, found [${x.shape}]`);
    return [x];
  },
  gradient: ({ node, emitter, outputGradients }) => {
    const dy = outputGradients[0];
    return [dy ? emitter.emit('Trilu-14', [dy, ...node.inputs.slice(1)], node.attributes) : null, null];
  },
  flops: noFlops,
};
