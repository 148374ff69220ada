import { NnError } from '../errors.js';
import { attribute, int, text } from '../graph/attributes.js';
import { axisIndex } from '../graph/dimension.js';
import type { Node, Shape, ValueType } from '../graph/ir.js';
import { float32Tensor } from '../tensor.js';
import { input, noFlops } from './families.js';
import type { Emitter, Known, OperatorRule } from './rule.js';

/** Slices picked by index along an axis. The gradient adds each slice's back at its index. */
export const gather: OperatorRule = {
  infer: (node, known) => {
    const { dtype, shape } = known.type(input(node, 0));
    const indices = known.type(input(node, 1)).shape;
    const axis = axisIndex(attribute(node, 'axis', 'int', 0), shape.length);
    return [{ dtype, shape: [...shape.slice(0, axis), ...indices, ...shape.slice(axis + 1)] }];
  },
  gradient: ({ node, emitter, outputGradients, wanted }) => {
    const dy = outputGradients[0];
    if (!dy || !wanted[0]) return [null, null];
    const [data, indices] = [input(node, 0), input(node, 1)];
    const { shape } = emitter.type(data);
    const axis = axisIndex(attribute(node, 'axis', 'int', 0), shape.length);
    const zero = emitter.constant(float32Tensor([1]));
    const zeros = emitter.emit('Expand-13', [zero, emitter.shapeOf(data)]);
    const updates = oneAxis(emitter, dy, data, axis, emitter.type(indices).shape.length);
    const after = Array.from({ length: shape.length - axis - 1 }, () => 1);
    const column = emitter.emit('Reshape-19', [indices, emitter.indices([-1, ...after])]);
    const at = emitter.emit('Expand-13', [column, emitter.shapeOf(updates)]);
    // Not ScatterND: ONNX Runtime adds its slices on several threads at once and loses some that share an index.
    return [
      emitter.emit('ScatterElements-18', [zeros, at, updates], { axis: int(axis), reduction: text('add') }),
      null,
    ];
  },
  flops: noFlops,
  elements: (node, known) => {
    const data = known.elements(input(node, 0));
    if (data === undefined) return unknownElement(node, known);
    const at = known.elements(input(node, 1));
    return at?.map((index) => {
      const found = typeof index === 'number' ? data.at(index) : undefined;
      if (found === undefined)
        throw new NnError('GRAPH_INVALID', `${node.op}: index ${index} is out of range`);
      return found;
    });
  },
};

/** One of whole numbers that the run knows: a length is then called after the value that holds it. */
function unknownElement({ inputs, outputs }: Node, known: Known): Shape | undefined {
  const [data, index] = inputs.map((name) => known.type(name)) as [ValueType, ValueType];
  const name = outputs[0] ?? '';
  const isOne = data.dtype === 'int64' && data.shape.length === 1 && index.shape.length === 0;
  // These characters mean sums, products and parts in a length.
  return isOne && !/[*+[\]]/.test(name) ? [`<${name}>`] : undefined;
}

/** The gradient `dy` with the axes that `picked` axes of indices made in place of `axis` of `data` joined into one. */
function oneAxis(emitter: Emitter, dy: string, data: string, axis: number, picked: number): string {
  if (picked === 1) return dy;
  const { shape } = emitter.type(data);
  const around = shape.filter((_, index) => index !== axis);
  if (around.every((dimension) => typeof dimension === 'number')) {
    return emitter.emit('Reshape-19', [dy, emitter.indices(around.toSpliced(axis, 0, -1))]);
  }
  const parts = [
    emitter.emit('Shape-19', [data], { end: int(axis) }),
    emitter.indices([-1]),
    emitter.emit('Shape-19', [data], { start: int(axis + 1) }),
  ];
  return emitter.emit('Reshape-19', [dy, emitter.emit('Concat-13', parts, { axis: int(0) })]);
}
