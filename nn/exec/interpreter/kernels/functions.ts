import * as tf from '@tensorflow/tfjs-core';
import { attribute } from '../../../graph/attributes.js';
import { deviceOperand, type Kernel } from '../kernel.js';
import type { DeviceValue } from '../value.js';

const unary =
  (onDevice: (x: DeviceValue) => DeviceValue): Kernel =>
  (request) => [onDevice(deviceOperand(request, 0))];

export const cos = unary(tf.cos);
/** On the cpu backend within 1.5e-7 of the true value (Abramowitz and Stegun, 1964, 7.1.26), not of its share. */
export const erf = unary(tf.erf);
export const exp = unary(tf.exp);
export const neg = unary(tf.neg);
export const relu = unary(tf.relu);
export const sigmoid = unary(tf.sigmoid);
export const sin = unary(tf.sin);
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
