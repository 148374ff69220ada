import * as tf from '@tensorflow/tfjs-core';
import { NnError } from '../../../errors.js';
import { allocate, broadcastTogether, larger, smaller, store } from '../hostArray.js';
import { type Kernel, type KernelRequest, operand } from '../kernel.js';
import { type DeviceValue, type HostValue, isDevice, type Value } from '../value.js';

type OnDevice = (left: DeviceValue, right: DeviceValue) => DeviceValue;
type Exact = (left: bigint, right: bigint) => bigint;

/** A function of operands that broadcast against each other, folded over all of them. */
function elementwise(onDevice: OnDevice, exact: Exact): Kernel {
  const combine = (request: KernelRequest, left: Value, right: Value): Value => {
    if (isDevice(left) && isDevice(right)) return onDevice(left, right);
    if (!isDevice(left) && !isDevice(right) && left.dtype === right.dtype) return onHost(left, right, exact);
    throw new NnError('SHAPE_MISMATCH', `${request.node.op}: its operands differ in element type`);
  };
  return (request) => [
    request.inputs
      .map((_, index) => operand(request, index))
      .reduce((left, right) => combine(request, left, right)),
  ];
}

function onHost(left: HostValue, right: HostValue, exact: Exact): HostValue {
  const [a, b] = broadcastTogether(left, right);
  const data = allocate(a.dtype, a.data.length);
  for (let at = 0; at < data.length; at += 1) {
    store(data, at, exact(BigInt(a.data[at]!), BigInt(b.data[at]!)));
  }
  return { ...a, data };
}

export const add = elementwise(tf.add, (left, right) => left + right);
export const sub = elementwise(tf.sub, (left, right) => left - right);
export const mul = elementwise(tf.mul, (left, right) => left * right);
export const div = elementwise(tf.div, (left, right) => left / right);
export const max = elementwise(tf.maximum, larger);
export const min = elementwise(tf.minimum, smaller);
