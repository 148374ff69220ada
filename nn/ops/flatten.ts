import { NnError } from '../errors.js';
import { attribute } from '../graph/attributes.js';
import { product } from '../graph/dimension.js';
import { input, noFlops } from './families.js';
import { restoreShape } from './restoreShape.js';
import type { OperatorRule } from './rule.js';

/** A matrix: the axes before `axis` joined into rows, the others into columns. */
export const flatten: OperatorRule = {
  infer: (node, known) => {
    const { dtype, shape } = known.type(input(node, 0));
    const axis = attribute(node, 'axis', 'int', 1);
    const at = axis < 0 ? axis + shape.length : axis;
    if (at < 0 || at > shape.length) {
      throw new NnError(
        'SHAPE_MISMATCH',
        `${node.op}: axis ${axis} is outside a tensor of rank ${shape.length}`,
      );
    }
    return [{ dtype, shape: [product(shape.slice(0, at)), product(shape.slice(at))] }];
  },
  gradient: ({ node, emitter, outputGradients }) => {
    const dy = outputGradients[0];
    return [dy ? restoreShape(emitter, dy, input(node, 0)) : null];
  },
  flops: noFlops,
};
