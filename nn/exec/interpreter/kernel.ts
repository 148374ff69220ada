import { NnError } from '../../errors.js';
import { axisIndex } from '../../graph/dimension.js';
import type { Graph, Node } from '../../graph/ir.js';
import { type DeviceValue, type HostValue, isDevice, type Value } from './value.js';

export interface KernelRequest {
  readonly node: Node;
  /** undefined stands for an optional input left out. */
  readonly inputs: readonly (Value | undefined)[];
  /** Computes a graph among the node's attributes: its outputs, which are freed with what the kernel makes itself. */
  readonly inside: (graph: Graph, inputs: readonly Value[]) => readonly Value[];
}

/**
 * Computes a node's outputs. Device values made on the way are freed by the caller. An optional output that the node
 * leaves out may be given or not. Throws SHAPE_MISMATCH for values that do not fit.
 */
export type Kernel = (request: KernelRequest) => readonly Value[];

export interface NotAvailable {
  readonly notAvailable: string;
}

/** The input at `index`. Throws GRAPH_INVALID where it is missing. */
export function operand({ node, inputs }: KernelRequest, index: number): Value {
  const value = inputs[index];
  if (value === undefined) throw new NnError('GRAPH_INVALID', `${node.op} needs input ${index}`);
  return value;
}

/** The float32 input at `index`. Throws SHAPE_MISMATCH for another element type. */
export function deviceOperand(request: KernelRequest, index: number): DeviceValue {
  const value = operand(request, index);
  if (isDevice(value)) return value;
  throw new NnError(
    'SHAPE_MISMATCH',
    `${request.node.op}: input ${index} must be float32, it is ${value.dtype}`,
  );
}

/** The input at `index` of whole numbers or truth values. Throws SHAPE_MISMATCH for float32. */
export function hostOperand(request: KernelRequest, index: number): HostValue {
  const value = operand(request, index);
  if (!isDevice(value)) return value;
  throw new NnError('SHAPE_MISMATCH', `${request.node.op}: input ${index} must not be float32`);
}

/** The whole numbers of a host input, which are lengths, axes or indices; undefined where it is left out. */
export function optionalIntegers(request: KernelRequest, index: number): number[] | undefined {
  return request.inputs[index] && integers(request, index);
}

/** The whole numbers of a host input, which are lengths, axes or indices. */
export function integers(request: KernelRequest, index: number): number[] {
  return Array.from(hostOperand(request, index).data, Number);
}

/** Indices into an axis of `length`, negative ones counted from its end. Throws SHAPE_MISMATCH out of range. */
export function indicesInto({ node }: KernelRequest, indices: HostValue, length: number): Int32Array {
  return Int32Array.from(indices.data as Int32Array, (given) => {
    const index = Number(given);
    const wrapped = index < 0 ? index + length : index;
    if (wrapped < 0 || wrapped >= length) {
      throw new NnError('SHAPE_MISMATCH', `${node.op}: index ${index} is outside an axis of ${length}`);
    }
    return wrapped;
  });
}

export function axesInto(axes: readonly number[], rank: number): number[] {
  return axes.map((axis) => axisIndex(axis, rank)).sort((left, right) => left - right);
}
