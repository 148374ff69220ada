import * as tf from '@tensorflow/tfjs-core';
import { attribute } from '../../../graph/attributes.js';
import { allocate, store } from '../hostArray.js';
import { deviceOperand, type Kernel, type KernelRequest, operand } from '../kernel.js';
import { boolValue, type DeviceValue, download, isDevice } from '../value.js';

const unary =
  (onDevice: (x: DeviceValue) => DeviceValue): Kernel =>
  (request) => [onDevice(deviceOperand(request, 0))];

/** Of floats on the device, of whole numbers exactly. */
const signed =
  (onDevice: (x: DeviceValue) => DeviceValue, exact: (x: bigint) => bigint): Kernel =>
  (request) => {
    const x = operand(request, 0);
    if (isDevice(x)) return [onDevice(x)];
    const data = allocate(x.dtype, x.data.length);
    for (let at = 0; at < data.length; at += 1) store(data, at, exact(BigInt(x.data[at]!)));
    return [{ ...x, data }];
  };

/** A test of floats. */
const test =
  (holds: (value: number, request: KernelRequest) => boolean): Kernel =>
  (request) => {
    const { dims, data } = download(deviceOperand(request, 0));
    return [
      boolValue(
        dims,
        Uint8Array.from(data as Float32Array, (value) => Number(holds(value, request))),
      ),
    ];
  };

export const abs = signed(tf.abs, (x) => (x < 0n ? -x : x));
export const ceil = unary(tf.ceil);
export const cos = unary(tf.cos);
/** On the cpu backend within 1.5e-7 of the true value (Abramowitz and Stegun, 1964, 7.1.26), not of its share. */
export const erf = unary(tf.erf);
export const exp = unary(tf.exp);
export const floor = unary(tf.floor);
export const isInfinite = test((value, { node }) =>
  value > 0
    ? value === Number.POSITIVE_INFINITY && attribute(node, 'detect_positive', 'int', 1) === 1
    : value === Number.NEGATIVE_INFINITY && attribute(node, 'detect_negative', 'int', 1) === 1,
);
export const isNotNumber = test(Number.isNaN);
export const log = unary(tf.log);
export const neg = signed(tf.neg, (x) => -x);
export const reciprocal = unary(tf.reciprocal);
export const relu = unary(tf.relu);
export const round = unary(tf.round);
export const sigmoid = unary(tf.sigmoid);
export const sign = signed(tf.sign, (x) => (x > 0n ? 1n : x < 0n ? -1n : 0n));
export const sin = unary(tf.sin);
export const softplus = unary(tf.softplus);
export const sqrt = unary(tf.sqrt);
export const tanh = unary(tf.tanh);

export const gelu: Kernel = (request) => {
  const x = deviceOperand(request, 0);
  const tanhForm = attribute(request.node, 'approximate', 'string', 'none') === 'tanh';
  const curve = tanhForm ? tf.tanh(tanhArgument(x)) : tf.erf(tf.mul(x, Math.SQRT1_2));
  return [tf.mul(tf.mul(x, 0.5), tf.add(curve, 1))];
};

/** sqrt(2/pi) (x + 0.044715 x^3), as GPT-2 approximates. */
function tanhArgument(x: DeviceValue): DeviceValue {
  const cube = tf.mul(tf.mul(x, x), x);
  return tf.mul(tf.add(x, tf.mul(cube, 0.044715)), Math.sqrt(2 / Math.PI));
}
