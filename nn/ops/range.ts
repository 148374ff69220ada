import { NnError } from '../errors.js';
import type { Dimension, Node } from '../graph/ir.js';
import { ELEMENTS_MAX } from './elements.js';
import { input, noFlops } from './families.js';
import type { Known, OperatorRule } from './rule.js';

/**
 * Whole numbers from a start by steps up to a limit, which is left out. An open limit is known from 0 in steps of 1
 * only.
 */
export const range: OperatorRule = {
  infer: (node, known) => {
    const { start, limit, step } = bounds(node, known);
    if (start === 0 && step === 1 && typeof limit === 'string') return [{ dtype: 'int64', shape: [limit] }];
    const listed = places(start, limit, step);
    if (listed === undefined) {
      throw new NnError(
        'OPERATOR_UNSUPPORTED',
        `${node.op} is known between fixed bounds or from 0 in steps of 1`,
      );
    }
    return [{ dtype: 'int64', shape: [listed.length] }];
  },
  gradient: { notDifferentiable: 'counts whole numbers' },
  flops: noFlops,
  elements: (node, known) => {
    const { start, limit, step } = bounds(node, known);
    const listed = places(start, limit, step);
    if (listed === undefined || listed.length > ELEMENTS_MAX) return undefined;
    return Array.from({ length: listed.length }, (_, at) => listed.first + at * listed.step);
  },
};

function bounds(node: Node, known: Known) {
  for (const name of node.inputs) {
    if (known.type(name).dtype !== 'int64') {
      throw new NnError('OPERATOR_UNSUPPORTED', `${node.op} counts int64, found ${known.type(name).dtype}`);
    }
  }
  const [start, limit, step] = [0, 1, 2].map((index) => known.elements(input(node, index))?.[0]);
  return { start, limit, step };
}

function places(start?: Dimension, limit?: Dimension, step?: Dimension) {
  if (typeof start !== 'number' || typeof limit !== 'number' || typeof step !== 'number' || step === 0) {
    return undefined;
  }
  return { first: start, step, length: Math.max(0, Math.ceil((limit - start) / step)) };
}
