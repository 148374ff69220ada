import * as tf from '@tensorflow/tfjs-core';
import { attribute } from '../../../graph/attributes.js';
import { axisIndex } from '../../../graph/dimension.js';
import { deviceOperand, type Kernel, type KernelRequest } from '../kernel.js';
import type { DeviceValue } from '../value.js';

/** tfjs' own softmax knows the last axis only. */
export const softmax: Kernel = (request) => {
  const { axis, centred } = centredByMax(request);
  const powers = tf.exp(centred);
  return [tf.div(powers, tf.sum(powers, axis, true))];
};

export const logSoftmax: Kernel = (request) => {
  const { axis, centred } = centredByMax(request);
  return [tf.sub(centred, tf.log(tf.sum(tf.exp(centred), axis, true)))];
};

/** Less its largest value along the axis, so that no power overflows. */
function centredByMax(request: KernelRequest): { axis: number; centred: DeviceValue } {
  const x = deviceOperand(request, 0);
  const axis = axisIndex(attribute(request.node, 'axis', 'int', -1), x.rank);
  return { axis, centred: tf.sub(x, tf.max(x, axis, true)) };
}

/** With the mean and the inverse deviation, of shape [..., 1], as further outputs. */
export const layerNormalization: Kernel = (request) => {
  const x = deviceOperand(request, 0);
  const axis = axisIndex(attribute(request.node, 'axis', 'int', -1), x.rank);
  const axes = Array.from({ length: x.rank - axis }, (_, at) => axis + at);
  const mean = tf.mean(x, axes, true);
  const centred = tf.sub(x, mean);
  const variance = tf.mean(tf.mul(centred, centred), axes, true);
  const inverse = tf.rsqrt(tf.add(variance, attribute(request.node, 'epsilon', 'float', 1e-5)));
  const scaled = tf.mul(tf.mul(centred, inverse), deviceOperand(request, 1));
  return [request.inputs[2] ? tf.add(scaled, deviceOperand(request, 2)) : scaled, mean, inverse];
};

/** By the root of the mean square, with the inverse of it, of shape [..., 1], as a further output. */
export const simplifiedLayerNormalization: Kernel = (request) => {
  const x = deviceOperand(request, 0);
  const axis = axisIndex(attribute(request.node, 'axis', 'int', -1), x.rank);
  const axes = Array.from({ length: x.rank - axis }, (_, at) => axis + at);
  const square = tf.mean(tf.mul(x, x), axes, true);
  const inverse = tf.rsqrt(tf.add(square, attribute(request.node, 'epsilon', 'float', 1e-5)));
  return [tf.mul(tf.mul(x, inverse), deviceOperand(request, 1)), inverse];
};
