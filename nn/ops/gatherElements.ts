import { NnError } from '../errors.js';
import { attribute, int, text } from '../graph/attributes.js';
import { axisIndex } from '../graph/dimension.js';
import { float32Tensor } from '../tensor.js';
import { input, noFlops } from './families.js';
import type { OperatorRule } from './rule.js';

/** One element for each index, picked along an axis. The gradient adds each back at its index. */
export const gatherElements: OperatorRule = {
  infer: (node, known) => {
    const { dtype, shape } = known.type(input(node, 0));
    const indices = known.type(input(node, 1)).shape;
    if (indices.length !== shape.length) {
      throw new NnError('SHAPE_MISMATCH', `${node.op}: [${shape}] and indices [${indices}] differ in rank`);
    }
    axisIndex(attribute(node, 'axis', 'int', 0), shape.length);
    return [{ dtype, shape: indices }];
  },
  gradient: ({ node, emitter, outputGradients, wanted }) => {
    const dy = outputGradients[0];
    if (!dy || !wanted[0]) return [null, null];
    const zero = emitter.constant(float32Tensor([1]));
    const zeros = emitter.emit('Expand-13', [zero, emitter.shapeOf(input(node, 0))]);
    const axis = int(attribute(node, 'axis', 'int', 0));
    return [
      emitter.emit('ScatterElements-18', [zeros, input(node, 1), dy], { axis, reduction: text('add') }),
      null,
    ];
  },
  flops: noFlops,
};
