import type { Dimension } from '../graph/ir.js';
import { pairedElements } from './elements.js';
import { comparison } from './families.js';
import type { OperatorRule } from './rule.js';

/** Element-wise comparison. */
export const equal: OperatorRule = {
  ...comparison(),
  elements: (node, known) => pairedElements(node, known, equality),
};

/** 1 or 0, undefined where an open length might be equal or not; none is below 0. */
function equality(left: Dimension, right: Dimension): Dimension | undefined {
  if (left === right) return 1;
  if (typeof left === 'number' && typeof right === 'number') return 0;
  return [left, right].some((side) => typeof side === 'number' && side < 0) ? 0 : undefined;
}
