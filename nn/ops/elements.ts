import { product, quotient, sum } from '../graph/dimension.js';
import type { Dimension, Node, Shape } from '../graph/ir.js';
import type { Known } from './rule.js';

/** Longer vectors of whole numbers cannot be shapes, so their values are of no interest to shape inference. */
export const ELEMENTS_MAX = 64;

/** A function of two lengths, undefined where an open one leaves the result unknown. */
export type Combine = (left: Dimension, right: Dimension) => Dimension | undefined;

const isFixed = (length: Dimension): length is number => typeof length === 'number';

/** A function of numbers alone. */
export const fixedOnly =
  (combine: (left: number, right: number) => number | undefined): Combine =>
  (left, right) =>
    isFixed(left) && isFixed(right) ? combine(left, right) : undefined;

export const plus: Combine = (left, right) => {
  if (isFixed(left) && isFixed(right)) return left + right;
  return [left, right].some((length) => String(length).includes('*')) ? undefined : sum([left, right]);
};

export const minus: Combine = (left, right) => {
  if (left === right) return 0;
  if (right === 0) return left;
  return isFixed(right) ? plus(left, -right) : undefined;
};

export const times: Combine = (left, right) => product([left, right]);

/** Whole numbers are divided towards zero. */
export const over: Combine = (left, right) => {
  if (right === 0) return undefined;
  return isFixed(left) && isFixed(right) ? Math.trunc(left / right) : quotient(left, right);
};

/** The first input's own elements, for operators that keep their number and order. */
export function sameElements(node: Node, known: Known): Shape | undefined {
  return known.elements(node.inputs[0] ?? '');
}

/** `combine` of each pair of elements of two inputs, a scalar or a single one with every other. */
export function pairedElements(node: Node, known: Known, combine: Combine): Shape | undefined {
  return combinedElements(node, known, ([left, right]) => combine(left!, right!));
}

/** `combine` of the elements of all inputs at each place; undefined unless it tells every one. */
export function combinedElements(
  node: Node,
  known: Known,
  combine: (elements: readonly Dimension[]) => Dimension | undefined,
): Shape | undefined {
  const operands = node.inputs.map((name) => known.elements(name));
  if (!operands.every((elements) => elements !== undefined)) return undefined;
  const lengths = operands.map((elements) => elements.length);
  const length = lengths.includes(0) ? 0 : Math.max(...lengths);
  const places = Array.from({ length }, (_, at) =>
    combine(operands.map((elements) => elements[elements.length === 1 ? 0 : at]!)),
  );
  return places.every((place) => place !== undefined) ? places : undefined;
}
