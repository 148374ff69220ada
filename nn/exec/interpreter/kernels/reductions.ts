import * as tf from '@tensorflow/tfjs-core';
import { attribute } from '../../../graph/attributes.js';
import { axisIndex } from '../../../graph/dimension.js';
import { allocate, positions, store, stridesOf } from '../hostArray.js';
import {
  axesInto,
  deviceOperand,
  integers,
  type Kernel,
  type KernelRequest,
  operand,
  optionalIntegers,
} from '../kernel.js';
import { dimsOf, type HostValue, isDevice } from '../value.js';

export const reduceSum: Kernel = (request) => {
  const x = deviceOperand(request, 0);
  return [tf.sum(x, reducedAxes(request, x.rank), attribute(request.node, 'keepdims', 'int', 1) === 1)];
};

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
