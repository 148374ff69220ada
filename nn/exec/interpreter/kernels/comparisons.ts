import * as tf from '@tensorflow/tfjs-core';
import { NnError } from '../../../errors.js';
import { broadcastTogether, pick, positions } from '../hostArray.js';
import { hostOperand, type Kernel, operand } from '../kernel.js';
import { boolValue, download, isDevice } from '../value.js';

type Comparison = (left: number | bigint, right: number | bigint) => boolean;

const comparison =
  (holds: Comparison): Kernel =>
  (request) => {
    const [left, right] = broadcastTogether(download(operand(request, 0)), download(operand(request, 1)));
    if (left.dtype !== right.dtype) {
      throw new NnError('SHAPE_MISMATCH', `${request.node.op}: ${left.dtype} and ${right.dtype} do not mix`);
    }
    const data = new Uint8Array(left.data.length);
    for (let at = 0; at < data.length; at += 1) data[at] = Number(holds(left.data[at]!, right.data[at]!));
    return [boolValue(left.dims, data)];
  };

export const equal = comparison((left, right) => left === right);
export const greater = comparison((left, right) => left > right);
export const greaterOrEqual = comparison((left, right) => left >= right);
export const less = comparison((left, right) => left < right);
export const lessOrEqual = comparison((left, right) => left <= right);

export const and = comparison((left, right) => left !== 0 && right !== 0);
export const or = comparison((left, right) => left !== 0 || right !== 0);

export const not: Kernel = (request) => {
  const { dims, data } = hostOperand(request, 0);
  return [
    boolValue(
      dims,
      Uint8Array.from(data as Uint8Array, (value) => Number(value === 0)),
    ),
  ];
};

export const where: Kernel = (request) => {
  const condition = hostOperand(request, 0);
  const [x, y] = [operand(request, 1), operand(request, 2)];
  if (isDevice(x) && isDevice(y)) {
    return [tf.where(tf.tensor(condition.data as Uint8Array, [...condition.dims], 'bool'), x, y)];
  }
  if (isDevice(x) || isDevice(y) || x.dtype !== y.dtype) {
    throw new NnError('SHAPE_MISMATCH', `${request.node.op}: its branches differ in element type`);
  }
  const [holds, whenTrue, whenFalse] = broadcastTogether(condition, x, y);
  const result = pick(whenFalse, whenFalse.dims, positions([whenFalse.data.length], [1]));
  for (let at = 0; at < result.data.length; at += 1) {
    if (holds.data[at]) result.data[at] = whenTrue.data[at]!;
  }
  return [result];
};
