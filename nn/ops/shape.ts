import { attribute } from '../graph/attributes.js';
import type { Node, Shape } from '../graph/ir.js';
import { input, noFlops } from './families.js';
import type { Known, OperatorRule } from './rule.js';

/** The run-time lengths of the axes from `start` to `end`. */
export const shape: OperatorRule = {
  infer: (node, known) => [{ dtype: 'int64', shape: [section(node, known).length] }],
  gradient: { notDifferentiable: 'lengths do not depend on values', ofLengthsAlone: true },
  flops: noFlops,
  elements: section,
};

function section(node: Node, known: Known): Shape {
  const dimensions = known.type(input(node, 0)).shape;
  return dimensions.slice(
    attribute(node, 'start', 'int', 0),
    attribute(node, 'end', 'int', dimensions.length),
  );
}
