import * as tf from '@tensorflow/tfjs-core';
import { attribute } from '../../../graph/attributes.js';
import { broadcast } from '../../../graph/dimension.js';
import { deviceOperand, type Kernel, type KernelRequest } from '../kernel.js';
import type { DeviceValue } from '../value.js';

/** MatMul, and FusedMatMul with its transpositions and scale. */
export const matMul: Kernel = (request) => {
  const { transA, transB, alpha } = formOf(request);
  const [left, right] = [deviceOperand(request, 0), deviceOperand(request, 1)];
  const [isRow, isColumn] = [left.rank === 1, right.rank === 1];
  const [a, b] = sameBatch(isRow ? tf.expandDims(left, 0) : left, isColumn ? tf.expandDims(right, 1) : right);
  const product = scaled(tf.matMul(a, b, transA, transB), alpha);
  if (!isRow && !isColumn) return [product];
  const [rows, columns] = product.shape.slice(-2) as [number, number];
  const kept = [...(isRow ? [] : [rows]), ...(isColumn ? [] : [columns])];
  return [tf.reshape(product, [...product.shape.slice(0, -2), ...kept])];
};

export const gemm: Kernel = (request) => {
  const { transA, transB, alpha, beta } = formOf(request);
  const product = tf.matMul(deviceOperand(request, 0), deviceOperand(request, 1), transA, transB);
  const weighted = scaled(product, alpha);
  return [request.inputs[2] ? tf.add(weighted, scaled(deviceOperand(request, 2), beta)) : weighted];
};

/** tfjs pairs the batches of operands that both have several in order, so each must have them all. */
function sameBatch(a: DeviceValue, b: DeviceValue): [DeviceValue, DeviceValue] {
  const batch = broadcast(a.shape.slice(0, -2), b.shape.slice(0, -2)) as number[];
  const widened = (x: DeviceValue) => tf.broadcastTo(x, [...batch, ...x.shape.slice(-2)]);
  return [widened(a), widened(b)];
}

function scaled(x: DeviceValue, factor: number): DeviceValue {
  return factor === 1 ? x : tf.mul(x, factor);
}

function formOf({ node }: KernelRequest) {
  return {
    transA: attribute(node, 'transA', 'int', 0) === 1,
    transB: attribute(node, 'transB', 'int', 0) === 1,
    alpha: attribute(node, 'alpha', 'float', 1),
    beta: attribute(node, 'beta', 'float', 1),
  };
}
