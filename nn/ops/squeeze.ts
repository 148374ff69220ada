import { NnError } from '../errors.js';
import { axisIndex } from '../graph/dimension.js';
import { sameElements } from './elements.js';
import { constantInts, input, noFlops } from './families.js';
import { restoreShape } from './restoreShape.js';
import type { OperatorRule } from './rule.js';

/** Axes of length 1 removed; all of them where none is given. */
export const squeeze: OperatorRule = {
  infer: (node, known) => {
    const { dtype, shape } = known.type(input(node, 0));
    const axes = node.inputs[1]
      ? constantInts(known, node, 1).map((axis) => axisIndex(axis, shape.length))
      : shape.flatMap((length, axis) => (length === 1 ? [axis] : []));
    if (axes.some((axis) => shape[axis] !== 1)) {
      throw new NnError('SHAPE_MISMATCH', `${node.op}: axes ${axes} of [${shape}] are not all of length 1`);
    }
    return [{ dtype, shape: shape.filter((_, axis) => !axes.includes(axis)) }];
  },
  gradient: ({ node, emitter, outputGradients }) => {
    const dy = outputGradients[0];
    return [dy ? restoreShape(emitter, dy, input(node, 0)) : null, null];
  },
  flops: noFlops,
  elements: sameElements,
};
