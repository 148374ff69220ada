import { NnError } from '../errors.js';
import { int } from '../graph/attributes.js';
import { product } from '../graph/dimension.js';
import type { Node } from '../graph/ir.js';
import { constantInts, input, noFlops } from './families.js';
import type { Known, OperatorRule } from './rule.js';

/** The whole repeated along each axis; the gradients of the copies are added up. */
export const tile: OperatorRule = {
  infer: (node, known) => {
    const { dtype, shape } = known.type(input(node, 0));
    const repeats = repeatsOf(node, known);
    return [{ dtype, shape: shape.map((length, axis) => product([length, repeats[axis]!])) }];
  },
  gradient: ({ node, emitter, outputGradients, wanted }) => {
    const dy = outputGradients[0];
    if (!dy || !wanted[0]) return [null, null];
    const x = input(node, 0);
    const repeats = repeatsOf(node, emitter);
    if (repeats.length === 0) return [dy, null];
    const parts = repeats.flatMap((count, axis) => [
      emitter.indices([count]),
      emitter.emit('Shape-19', [x], { start: int(axis), end: int(axis + 1) }),
    ]);
    const copies = emitter.emit('Reshape-19', [dy, emitter.emit('Concat-13', parts, { axis: int(0) })]);
    const axes = emitter.indices(repeats.map((_, axis) => 2 * axis));
    return [emitter.emit('ReduceSum-13', [copies, axes], { keepdims: int(0) }), null];
  },
  flops: noFlops,
};

function repeatsOf(node: Node, known: Known): number[] {
  const repeats = constantInts(known, node, 1);
  const { length: rank } = known.type(input(node, 0)).shape;
  if (repeats.length !== rank || repeats.some((count) => count < 0)) {
    throw new NnError('SHAPE_MISMATCH', `${node.op}: [${repeats}] are not a count for each of ${rank} axes`);
  }
  return repeats;
}
