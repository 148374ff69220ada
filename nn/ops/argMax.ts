import { attribute } from '../graph/attributes.js';
import { axisIndex } from '../graph/dimension.js';
import { input, perInputElement } from './families.js';
import { keepsAxes, withoutAxes } from './reduction.js';
import type { OperatorRule } from './rule.js';

/** Where along an axis the largest element is. */
export const argMax: OperatorRule = {
  infer: (node, known) => {
    const { shape } = known.type(input(node, 0));
    const axis = axisIndex(attribute(node, 'axis', 'int', 0), shape.length);
    return [{ dtype: 'int64', shape: withoutAxes(shape, [axis], keepsAxes(node)) }];
  },
  gradient: { notDifferentiable: 'the result is an index' },
  flops: perInputElement(1),
};
