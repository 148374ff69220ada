import { NnError } from '../errors.js';
import { attribute, int } from '../graph/attributes.js';
import { axisIndex } from '../graph/dimension.js';
import type { Node } from '../graph/ir.js';
import { float32Tensor } from '../tensor.js';
import { constantInts, fixed, input, noFlops } from './families.js';
import type { Known, OperatorRule } from './rule.js';

/** Consecutive parts along an axis, of given lengths or alike; the gradient joins theirs. */
export const split: OperatorRule = {
  infer: (node, known) => {
    const { dtype, shape } = known.type(input(node, 0));
    const axis = axisOf(node, known);
    return partLengths(node, known).map((length) => ({
      dtype,
      shape: shape.map((dimension, index) => (index === axis ? length : dimension)),
    }));
  },
  gradient: ({ node, emitter, outputGradients }) => {
    if (outputGradients.every((gradient) => gradient === null)) return [null, null];
    const zero = emitter.constant(float32Tensor([1]));
    const parts = outputGradients.map(
      (gradient, index) =>
        gradient ?? emitter.emit('Expand-13', [zero, emitter.shapeOf(node.outputs[index]!)]),
    );
    return [emitter.emit('Concat-13', parts, { axis: int(axisOf(node, emitter)) }), null];
  },
  flops: noFlops,
};

function axisOf(node: Node, known: Known): number {
  return axisIndex(attribute(node, 'axis', 'int', 0), known.type(input(node, 0)).shape.length);
}

function partLengths(node: Node, known: Known): number[] {
  const total = fixed(known.type(input(node, 0)).shape, axisOf(node, known), `the axis that ${node.op} cuts`);
  const count = attribute(node, 'num_outputs', 'int', node.outputs.length);
  if (count !== node.outputs.length) {
    throw new NnError('GRAPH_INVALID', `${node.op} into ${count} parts has ${node.outputs.length} outputs`);
  }
  const longest = Math.ceil(total / count);
  const lengths = node.inputs[1]
    ? constantInts(known, node, 1)
    : Array.from({ length: count }, (_, part) => Math.min(longest, total - part * longest));
  if (lengths.some((length) => length < 0) || lengths.reduce((sum, length) => sum + length, 0) !== total) {
    throw new NnError('SHAPE_MISMATCH', `${node.op}: parts of [${lengths}] do not make up ${total}`);
  }
  return lengths;
}
