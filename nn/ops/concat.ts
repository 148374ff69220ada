import { NnError } from '../errors.js';
import { attribute } from '../graph/attributes.js';
import { axisIndex } from '../graph/dimension.js';
import { input, noFlops } from './families.js';
import type { OperatorRule } from './rule.js';

/** Operands joined along an axis. */
export const concat: OperatorRule = {
  infer: (node, known) => {
    const types = node.inputs.map((name) => known.type(name));
    const { dtype, shape } = known.type(input(node, 0));
    const axis = axisIndex(attribute(node, 'axis', 'int', 0), shape.length);
    const lengths = types.map((type) => type.shape[axis]);
    const total = lengths.reduce<number>((sum, length) => {
      if (typeof length !== 'number')
        throw new NnError('OPERATOR_UNSUPPORTED', `${node.op} along an open axis`);
      return sum + length;
    }, 0);
    return [{ dtype, shape: shape.map((dimension, index) => (index === axis ? total : dimension)) }];
  },
  gradient: { notDifferentiable: 'joins shapes only; joined activations are not needed by any model yet' },
  flops: noFlops,
  elements: (node, known) => {
    const parts = node.inputs.map((name) => known.elements(name));
    return parts.every((part) => part !== undefined) ? parts.flat() : undefined;
  },
};
