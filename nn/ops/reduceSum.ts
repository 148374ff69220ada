import { attribute } from '../graph/attributes.js';
import { axisIndex } from '../graph/dimension.js';
import type { Node, Shape } from '../graph/ir.js';
import { constantInts, floats, input, perInputElement } from './families.js';
import type { Known, OperatorRule } from './rule.js';

/** The sum over axes (all of them where none is given); every summand gets the sum's gradient. */
export const reduceSum: OperatorRule = {
  infer: (node, known) => {
    const { dtype, shape } = floats(known, node, 0);
    const axes = reducedAxes(node, known, shape);
    const keep = attribute(node, 'keepdims', 'int', 1) === 1;
    const reduced = keep
      ? shape.map((dimension, axis) => (axes.has(axis) ? 1 : dimension))
      : shape.filter((_, axis) => !axes.has(axis));
    return [{ dtype, shape: reduced }];
  },
  gradient: ({ node, emitter, outputGradients, wanted }) => {
    const dy = outputGradients[0];
    if (!dy || !wanted[0]) return [null, null];
    const x = input(node, 0);
    const { shape } = emitter.type(x);
    const axes = [...reducedAxes(node, emitter, shape)].sort((left, right) => left - right);
    const kept =
      attribute(node, 'keepdims', 'int', 1) === 1 || emitter.type(dy).shape.length === shape.length;
    const aligned = kept ? dy : emitter.emit('Unsqueeze-13', [dy, emitter.indices(axes)]);
    return [emitter.emit('Expand-13', [aligned, emitter.shapeOf(x)]), null];
  },
  flops: perInputElement(1),
};

function reducedAxes(node: Node, known: Known, shape: Shape): Set<number> {
  const listed = node.inputs[1] ? constantInts(known, node, 1) : [];
  const none = attribute(node, 'noop_with_empty_axes', 'int', 0) === 1;
  const axes = listed.length > 0 || none ? listed : shape.map((_, axis) => axis);
  return new Set(axes.map((axis) => axisIndex(axis, shape.length)));
}
