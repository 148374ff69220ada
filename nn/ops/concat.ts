import { NnError } from '../errors.js';
import { attribute, int } from '../graph/attributes.js';
import { axisIndex, sum } from '../graph/dimension.js';
import { fixed, input, noFlops } from './families.js';
import type { OperatorRule } from './rule.js';

/** Operands joined along an axis; the gradient is cut into their parts. */
export const concat: OperatorRule = {
  infer: (node, known) => {
    const types = node.inputs.map((name) => known.type(name));
    const { dtype, shape } = known.type(input(node, 0));
    const axis = axisIndex(attribute(node, 'axis', 'int', 0), shape.length);
    if (types.some((type) => type.dtype !== dtype || type.shape.length !== shape.length)) {
      const found = types.map((type) => `${type.dtype} [${type.shape}]`);
      throw new NnError('SHAPE_MISMATCH', `${node.op} joins operands alike, found ${found.join(', ')}`);
    }
    const total = sum(types.map((type) => type.shape[axis]!));
    return [{ dtype, shape: shape.map((dimension, index) => (index === axis ? total : dimension)) }];
  },
  gradient: ({ node, emitter, outputGradients }) => {
    const dy = outputGradients[0];
    if (!dy) return node.inputs.map(() => null);
    const axis = axisIndex(attribute(node, 'axis', 'int', 0), emitter.type(dy).shape.length);
    const lengths = node.inputs.map((name) =>
      fixed(emitter.type(name).shape, axis, `the joined axis of '${name}'`),
    );
    return emitter.emitAll(
      'Split-18',
      [dy, emitter.indices(lengths)],
      { axis: int(axis) },
      lengths.map(() => true),
    );
  },
  flops: noFlops,
  elements: (node, known) => {
    const parts = node.inputs.map((name) => known.elements(name));
    return parts.every((part) => part !== undefined) ? parts.flat() : undefined;
  },
};
