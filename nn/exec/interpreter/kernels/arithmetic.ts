import * as tf from '@tensorflow/tfjs-core';
import { NnError } from '../../../errors.js';
import { attribute } from '../../../graph/attributes.js';
import type { Tensor } from '../../../tensor.js';
import { allocate, broadcastTogether, larger, smaller, store } from '../hostArray.js';
import { type Kernel, type KernelRequest, operand } from '../kernel.js';
import { type DeviceValue, download, type HostValue, isDevice, type Value } from '../value.js';

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

/** Between bounds that may be left out. */
export const clip: Kernel = (request) => {
  const [x, low, high] = request.inputs;
  const raised = low ? max({ ...request, inputs: [x, low] })[0] : x;
  return high ? min({ ...request, inputs: [raised, high] }) : [operand({ ...request, inputs: [raised] }, 0)];
};

/** The exponents may be of another element type than the base, which the result has. */
export const pow: Kernel = (request) => {
  const [x, y] = [operand(request, 0), operand(request, 1)];
  if (isDevice(x)) return [tf.pow(x, isDevice(y) ? y : floatsOf(y))];
  const [base, exponent] = broadcastTogether<readonly [Tensor, Tensor]>(x, download(y));
  const data = allocate(x.dtype, base.data.length);
  for (let at = 0; at < data.length; at += 1) store(data, at, power(base.data[at]!, exponent.data[at]!));
  return [{ ...x, dims: base.dims, data }];
};

function floatsOf({ dims, data }: HostValue): DeviceValue {
  return tf.tensor(Float32Array.from(data as Int32Array, Number), [...dims], 'float32');
}

/** Exact for whole exponents; else cut off towards zero. */
function power(base: number | bigint, exponent: number | bigint): bigint {
  const whole = Number.isInteger(Number(exponent)) && exponent >= 0;
  return whole ? BigInt(base) ** BigInt(exponent) : BigInt(Math.trunc(Number(base) ** Number(exponent)));
}

/** Of floats the remainder has the sign of the dividend, and of whole numbers that of the divisor unless `fmod` is 1. */
export const mod: Kernel = (request) => {
  const [left, right] = [operand(request, 0), operand(request, 1)];
  const likeDividend = attribute(request.node, 'fmod', 'int', 0) === 1;
  if (!isDevice(left) || !isDevice(right)) return (likeDividend ? remainder : modulo)(request);
  const [a, b] = broadcastTogether(download(left), download(right));
  const data = Float32Array.from(a.data as Float32Array, (value, at) => value % Number(b.data[at]));
  return [tf.tensor(data, [...a.dims], 'float32')];
};

const remainder = elementwise(tf.mod, (left, right) => left % right);
const modulo = elementwise(tf.mod, (left, right) => ((left % right) + right) % right);
