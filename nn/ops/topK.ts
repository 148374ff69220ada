import { NnError } from '../errors.js';
import { attribute, int, text } from '../graph/attributes.js';
import { axisIndex } from '../graph/dimension.js';
import type { Node } from '../graph/ir.js';
import { constantInts, input, output, perInputElement } from './families.js';
import type { Known, OperatorRule } from './rule.js';
import { zerosLike } from './zeros.js';

/** The k largest or smallest elements along an axis, and where they are; their gradients go back there. */
export const topK: OperatorRule = {
  infer: (node, known) => {
    const { dtype, shape } = known.type(input(node, 0));
    const [axis, [k = 0]] = [axisOf(node, known), constantInts(known, node, 1)];
    const length = shape[axis]!;
    if (k < 0 || (typeof length === 'number' && k > length)) {
      throw new NnError('SHAPE_MISMATCH', `${node.op}: an axis of ${length} has no ${k} elements`);
    }
    const chosen = shape.map((dimension, index) => (index === axis ? k : dimension));
    return [
      { dtype, shape: chosen },
      { dtype: 'int64', shape: chosen },
    ];
  },
  gradient: ({ node, emitter, outputGradients, wanted }) => {
    const dy = outputGradients[0];
    if (!dy || !wanted[0]) return [null, null];
    const zeros = zerosLike(emitter, input(node, 0));
    const axis = int(axisOf(node, emitter));
    return [
      emitter.emit('ScatterElements-18', [zeros, output(node, 1), dy], { axis, reduction: text('add') }),
      null,
    ];
  },
  flops: perInputElement(2),
};

function axisOf(node: Node, known: Known): number {
  return axisIndex(attribute(node, 'axis', 'int', -1), known.type(input(node, 0)).shape.length);
}
