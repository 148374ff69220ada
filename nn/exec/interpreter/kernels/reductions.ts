import * as tf from '@tensorflow/tfjs-core';
import { NnError } from '../../../errors.js';
import { attribute } from '../../../graph/attributes.js';
import { axisIndex } from '../../../graph/dimension.js';
import { allocate, larger, positions, smaller, store, stridesOf } from '../hostArray.js';
import { axesInto, integers, type Kernel, type KernelRequest, operand, optionalIntegers } from '../kernel.js';
import { type DeviceValue, dimsOf, type HostValue, isDevice } from '../value.js';

type OnDevice = (x: DeviceValue, axes: number[], keep: boolean) => DeviceValue;
type Fold = (left: bigint, right: bigint) => bigint;

/** Over axes; of whole numbers, folded exactly, from the first on. `ofNothing` is the result over an empty axis. */
function reduction(onDevice: OnDevice, fold: Fold, ofNothing: number): Kernel {
  return (request) => {
    const x = operand(request, 0);
    const axes = reducedAxes(request, dimsOf(x).length);
    const keep = attribute(request.node, 'keepdims', 'int', 1) === 1;
    if (axes.length === 0) return [x];
    if (isDevice(x) && x.size === 0) return [tf.fill(reducedDims(x.shape, axes, keep), ofNothing)];
    return [isDevice(x) ? onDevice(x, axes, keep) : folded(x, axes, keep, fold)];
  };
}

function folded(x: HostValue, axes: readonly number[], keep: boolean, fold: Fold): HostValue {
  const strides = stridesOf(x.dims);
  const inside = positions(
    axes.map((axis) => x.dims[axis]!),
    axes.map((axis) => strides[axis]!),
  );
  const starts = positions(reducedDims(x.dims, axes, true), strides);
  const data = allocate(x.dtype, starts.length);
  starts.forEach((start, at) => {
    const values = Array.from(inside, (offset) => BigInt(x.data[start + offset]!));
    store(data, at, values.length > 0 ? values.reduce(fold) : 0n);
  });
  return { ...x, dims: reducedDims(x.dims, axes, keep), data };
}

export const reduceMax = reduction(tf.max, larger, Number.NEGATIVE_INFINITY);
export const reduceMean = reduction(tf.mean, notExact, Number.NaN);
export const reduceMin = reduction(tf.min, smaller, Number.POSITIVE_INFINITY);
export const reduceSum = reduction(tf.sum, (left, right) => left + right, 0);

function notExact(): never {
  throw new NnError('SHAPE_MISMATCH', 'a mean is of floats');
}

function reducedDims(dims: readonly number[], axes: readonly number[], keep: boolean): number[] {
  return keep
    ? dims.map((dim, axis) => (axes.includes(axis) ? 1 : dim))
    : dims.filter((_, axis) => !axes.includes(axis));
}

function reducedAxes(request: KernelRequest, rank: number): number[] {
  const listed = optionalIntegers(request, 1) ?? [];
  const none = attribute(request.node, 'noop_with_empty_axes', 'int', 0) === 1;
  return axesInto(listed.length > 0 || none ? listed : Array.from({ length: rank }, (_, axis) => axis), rank);
}

export const cumSum: Kernel = (request) => {
  const x = operand(request, 0);
  const axis = axisIndex(integers(request, 1)[0] ?? 0, dimsOf(x).length);
  const exclusive = attribute(request.node, 'exclusive', 'int', 0) === 1;
  const reverse = attribute(request.node, 'reverse', 'int', 0) === 1;
  return [isDevice(x) ? tf.cumsum(x, axis, exclusive, reverse) : runningSums(x, axis, exclusive, reverse)];
};

function runningSums(x: HostValue, axis: number, exclusive: boolean, reverse: boolean): HostValue {
  const length = x.dims[axis]!;
  const strides = stridesOf(x.dims);
  const data = allocate(x.dtype, x.data.length);
  const lines = x.dims.map((dim, at) => (at === axis ? Math.min(dim, 1) : dim));
  for (const start of positions(lines, strides)) {
    let total = 0n;
    for (let step = 0; step < length; step += 1) {
      const at = start + strides[axis]! * (reverse ? length - 1 - step : step);
      const next = total + BigInt(x.data[at]!);
      store(data, at, exclusive ? total : next);
      total = next;
    }
  }
  return { ...x, data };
}
