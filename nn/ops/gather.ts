import { NnError } from '../errors.js';
import { attribute, ints, text } from '../graph/attributes.js';
import { axisIndex } from '../graph/dimension.js';
import { float32Tensor } from '../tensor.js';
import { input, noFlops } from './families.js';
import type { OperatorRule } from './rule.js';

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
    const rank = shape.length;
    const axis = axisIndex(attribute(node, 'axis', 'int', 0), rank);
    const picked = emitter.type(indices).shape.length;
    // ScatterND indexes leading axes, so the picked axis goes first, on both sides.
    const first = (lead: number, from: number, total: number) => {
      const moved = Array.from({ length: lead }, (_, offset) => from + offset);
      return [...moved, ...Array.from({ length: total }, (_, at) => at).filter((at) => !moved.includes(at))];
    };
    const reorder = (value: string, axes: readonly number[]) =>
      axes.every((at, index) => at === index)
        ? value
        : emitter.emit('Transpose-13', [value], { perm: ints(axes) });
    const toFront = first(1, axis, rank);
    const zero = emitter.constant(float32Tensor([1]));
    const zeros = reorder(emitter.emit('Expand-13', [zero, emitter.shapeOf(data)]), toFront);
    const at = emitter.emit('Unsqueeze-13', [indices, emitter.indices([-1])]);
    const updates = reorder(dy, first(picked, axis, rank - 1 + picked));
    const summed = emitter.emit('ScatterND-18', [zeros, at, updates], { reduction: text('add') });
    return [
      reorder(
        summed,
        toFront.map((_, index) => toFront.indexOf(index)),
      ),
      null,
    ];
  },
  flops: noFlops,
  elements: (node, known) => {
    const data = known.elements(input(node, 0));
    const at = known.elements(input(node, 1));
    return (
      data &&
      at?.map((index) => {
        const found = typeof index === 'number' ? data.at(index) : undefined;
        if (found === undefined)
          throw new NnError('GRAPH_INVALID', `${node.op}: index ${index} is out of range`);
        return found;
      })
    );
  },
};
