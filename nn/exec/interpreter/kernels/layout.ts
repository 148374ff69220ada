import * as tf from '@tensorflow/tfjs-core';
import { NnError } from '../../../errors.js';
import { attribute } from '../../../graph/attributes.js';
import { axisIndex, broadcast } from '../../../graph/dimension.js';
import { elementCount } from '../../../tensor.js';
import { allocate, broadcastPositions, pick, positions, stridesOf } from '../hostArray.js';
import { axesInto, integers, type Kernel, type KernelRequest, operand, optionalIntegers } from '../kernel.js';
import { type DeviceValue, dimsOf, type HostValue, isDevice, type Value } from '../value.js';

export const identity: Kernel = (request) => [operand(request, 0)];

export const reshape: Kernel = (request) => {
  const x = operand(request, 0);
  const keepZero = attribute(request.node, 'allowzero', 'int', 0) === 1;
  const dims = integers(request, 1).map((dim, axis) => (dim === 0 && !keepZero ? dimsOf(x)[axis]! : dim));
  const given = elementCount(dims.filter((dim) => dim !== -1));
  const rest = elementCount(dimsOf(x)) / given;
  return [
    reshaped(
      request,
      x,
      dims.map((dim) => (dim === -1 ? rest : dim)),
    ),
  ];
};

export const unsqueeze: Kernel = (request) => {
  const x = operand(request, 0);
  const axes = integers(request, 1);
  const inserted = axesInto(axes, dimsOf(x).length + axes.length);
  const kept = [...dimsOf(x)];
  for (const axis of inserted) kept.splice(axis, 0, 1);
  return [reshaped(request, x, kept)];
};

export const squeeze: Kernel = (request) => {
  const x = operand(request, 0);
  const dims = dimsOf(x);
  const axes = optionalIntegers(request, 1) ?? dims.flatMap((dim, axis) => (dim === 1 ? [axis] : []));
  const removed = new Set(axesInto(axes, dims.length));
  return [
    reshaped(
      request,
      x,
      dims.filter((_, axis) => !removed.has(axis)),
    ),
  ];
};

export const flatten: Kernel = (request) => {
  const x = operand(request, 0);
  const axis = attribute(request.node, 'axis', 'int', 1);
  const at = axis < 0 ? axis + dimsOf(x).length : axis;
  return [reshaped(request, x, [elementCount(dimsOf(x).slice(0, at)), elementCount(dimsOf(x).slice(at))])];
};

/** A view of the same elements. Throws SHAPE_MISMATCH where they do not fill `dims`. */
function reshaped({ node }: KernelRequest, x: Value, dims: readonly number[]): Value {
  if (elementCount(dims) !== elementCount(dimsOf(x)) || dims.some((dim) => dim < 0)) {
    throw new NnError('SHAPE_MISMATCH', `${node.op}: [${dimsOf(x)}] cannot become [${dims}]`);
  }
  return isDevice(x) ? tf.reshape(x, [...dims]) : { ...x, dims };
}

export const transpose: Kernel = (request) => {
  const x = operand(request, 0);
  const dims = dimsOf(x);
  const reversed = dims.map((_, axis) => dims.length - 1 - axis);
  const order = [...attribute(request.node, 'perm', 'ints', reversed)];
  if (isDevice(x)) return [tf.transpose(x, order)];
  const strides = stridesOf(dims);
  const permuted = order.map((axis) => dims[axis]!);
  return [
    pick(
      x,
      permuted,
      positions(
        permuted,
        order.map((axis) => strides[axis]!),
      ),
    ),
  ];
};

export const expand: Kernel = (request) => {
  const x = operand(request, 0);
  const dims = broadcast(dimsOf(x), integers(request, 1)) as readonly number[];
  if (isDevice(x)) return [tf.broadcastTo(x, [...dims])];
  return [pick(x, dims, broadcastPositions(x.dims, dims))];
};

export const concat: Kernel = (request) => {
  const parts = request.inputs.map((_, index) => operand(request, index));
  const axis = axisIndex(attribute(request.node, 'axis', 'int', 0), dimsOf(parts[0]!).length);
  if (parts.every(isDevice)) return [tf.concat(parts, axis)];
  if (parts.some(isDevice)) {
    throw new NnError('SHAPE_MISMATCH', `${request.node.op}: its operands differ in element type`);
  }
  return [concatHost(parts as HostValue[], axis)];
};

function concatHost(parts: readonly HostValue[], axis: number): HostValue {
  const first = parts[0]!;
  const total = parts.reduce((sum, { dims }) => sum + dims[axis]!, 0);
  const dims = first.dims.map((dim, at) => (at === axis ? total : dim));
  const data = allocate(first.dtype, elementCount(dims)) as Int32Array;
  const strides = stridesOf(dims);
  let offset = 0;
  for (const part of parts) {
    const targets = positions(part.dims, strides, offset * strides[axis]!);
    targets.forEach((target, at) => {
      data[target] = (part.data as Int32Array)[at]!;
    });
    offset += part.dims[axis]!;
  }
  return { ...first, dims, data };
}

export const split: Kernel = (request) => {
  const x = operand(request, 0);
  const dims = dimsOf(x);
  const axis = axisIndex(attribute(request.node, 'axis', 'int', 0), dims.length);
  const lengths = optionalIntegers(request, 1) ?? evenLengths(request, dims[axis]!);
  if (isDevice(x)) return splitDevice(x, lengths, axis);
  const strides = stridesOf(dims);
  let offset = 0;
  return lengths.map((length) => {
    const part = dims.map((dim, at) => (at === axis ? length : dim));
    const sources = positions(part, strides, offset * strides[axis]!);
    offset += length;
    return pick(x, part, sources);
  });
};

function splitDevice(x: DeviceValue, lengths: readonly number[], axis: number): DeviceValue[] {
  return tf.split(x, [...lengths], axis);
}

/** As alike as can be: only the last may be shorter. */
function evenLengths({ node }: KernelRequest, total: number): number[] {
  const count = attribute(node, 'num_outputs', 'int', node.outputs.length);
  const longest = Math.ceil(total / count);
  return Array.from({ length: count }, (_, part) => Math.min(longest, total - part * longest));
}
