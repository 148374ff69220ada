import { axisIndex } from '../graph/dimension.js';
import { sameElements } from './elements.js';
import { constantInts, input, noFlops } from './families.js';
import { restoreShape } from './restoreShape.js';
import type { OperatorRule } from './rule.js';

/** New axes of length 1. */
export const unsqueeze: OperatorRule = {
  infer: (node, known) => {
    const x = known.type(input(node, 0));
    const axes = constantInts(known, node, 1);
    const rank = x.shape.length + axes.length;
    const added = new Set(axes.map((axis) => axisIndex(axis, rank)));
    const kept = x.shape.values();
    const shape = Array.from({ length: rank }, (_, axis) => (added.has(axis) ? 1 : kept.next().value!));
    return [{ dtype: x.dtype, shape }];
  },
  gradient: ({ node, emitter, outputGradients }) => {
    const dy = outputGradients[0];
    return [dy ? restoreShape(emitter, dy, input(node, 0)) : null, null];
  },
  flops: noFlops,
  elements: sameElements,
};
