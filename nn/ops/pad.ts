import { NnError } from '../errors.js';
import { attribute, int } from '../graph/attributes.js';
import { axisIndex, sum } from '../graph/dimension.js';
import type { Node } from '../graph/ir.js';
import { constantInts, input, noFlops } from './families.js';
import type { Known, OperatorRule } from './rule.js';

/** Elements added before and after some axes, or cut off where a count is negative; the gradient is cut off again. */
export const pad: OperatorRule = {
  infer: (node, known) => {
    const { dtype, shape } = known.type(input(node, 0));
    const counts = padCounts(node, known);
    const lengths = shape.map((length, axis) => {
      const added = counts[axis]! + counts[shape.length + axis]!;
      return added === 0 ? length : sum([length, added]);
    });
    if (lengths.some((length) => typeof length === 'number' && length < 0)) {
      throw new NnError('SHAPE_MISMATCH', `${node.op}: [${counts}] cut more off than [${shape}] has`);
    }
    return [{ dtype, shape: lengths }];
  },
  gradient: ({ node, emitter, outputGradients, wanted }) => {
    const dy = outputGradients[0];
    if (!dy) return [null, null, null];
    const negated = padCounts(node, emitter).map((count) => -count);
    const dx = emitter.emit('Pad-19', [dy, emitter.indices(negated)]);
    const total = (value: string) => emitter.emit('ReduceSum-13', [value], { keepdims: int(0) });
    return [dx, null, wanted[2] ? emitter.emit('Sub-14', [total(dy), total(dx)]) : null];
  },
  formWithoutGradient: (node) => {
    const mode = attribute(node, 'mode', 'string', 'constant');
    return mode === 'constant' ? undefined : `mode = ${mode} copies elements`;
  },
  flops: noFlops,
};

/** How many elements come before each axis, then how many after each. */
function padCounts(node: Node, known: Known): number[] {
  const { length: rank } = known.type(input(node, 0)).shape;
  const listed = constantInts(known, node, 1);
  const axes = node.inputs[3]
    ? constantInts(known, node, 3)
    : Array.from({ length: rank }, (_, axis) => axis);
  if (listed.length !== 2 * axes.length) {
    throw new NnError(
      'SHAPE_MISMATCH',
      `${node.op}: [${listed}] are not two counts for each of ${axes.length} axes`,
    );
  }
  const counts = new Array<number>(2 * rank).fill(0);
  axes.forEach((axis, at) => {
    counts[axisIndex(axis, rank)] = listed[at]!;
    counts[rank + axisIndex(axis, rank)] = listed[axes.length + at]!;
  });
  return counts;
}
