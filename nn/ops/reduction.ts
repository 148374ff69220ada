import { NnError } from '../errors.js';
import { attribute } from '../graph/attributes.js';
import { axisIndex } from '../graph/dimension.js';
import type { Node, Shape, ValueType } from '../graph/ir.js';
import { constantInts, input } from './families.js';
import type { Emitter, Known } from './rule.js';

/** The axes a reduction runs over (all of them where none is given), ascending. */
export function reducedAxes(node: Node, known: Known): number[] {
  const { length: rank } = known.type(input(node, 0)).shape;
  const listed = node.inputs[1] ? constantInts(known, node, 1) : [];
  const none = attribute(node, 'noop_with_empty_axes', 'int', 0) === 1;
  const axes = listed.length > 0 || none ? listed : Array.from({ length: rank }, (_, axis) => axis);
  return [...new Set(axes.map((axis) => axisIndex(axis, rank)))].sort((left, right) => left - right);
}

/** The type of a reduction's result: its input's, reduced axes of length 1 or left out. */
export function reducedType(node: Node, known: Known): ValueType {
  const { dtype, shape } = known.type(input(node, 0));
  if (dtype === 'bool') throw new NnError('SHAPE_MISMATCH', `${node.op} takes numbers, found truth values`);
  return { dtype, shape: withoutAxes(shape, reducedAxes(node, known), keepsAxes(node)) };
}

export function keepsAxes(node: Node): boolean {
  return attribute(node, 'keepdims', 'int', 1) === 1;
}

export function withoutAxes(shape: Shape, axes: readonly number[], keep: boolean): Shape {
  return keep
    ? shape.map((length, axis) => (axes.includes(axis) ? 1 : length))
    : shape.filter((_, axis) => !axes.includes(axis));
}

/** A reduction's result, or the gradient of it, with its reduced axes as axes of length 1. */
export function withKeptAxes(emitter: Emitter, node: Node, result: string): string {
  const axes = reducedAxes(node, emitter);
  if (keepsAxes(node) || axes.length === 0) return result;
  return emitter.emit('Unsqueeze-13', [result, emitter.indices(axes)]);
}
