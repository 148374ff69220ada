import * as tf from '@tensorflow/tfjs-core';
import { type DType, elementCount, type Tensor } from '../../tensor.js';

/** float32 values, where the backend computes. */
export type DeviceValue = tf.Tensor;

/**
 * Whole numbers and truth values, in host memory: they are shapes, indices and masks, and tfjs has no int64, so there
 * they could not be exact. Half floats too, which tfjs does not have either: `Cast` reads and writes them, no other
 * operator.
 */
export interface HostValue extends Tensor {
  readonly dtype: Exclude<DType, 'float32'>;
}

/** A value of the graph while it is computed. Kernels never write to one that exists. */
export type Value = DeviceValue | HostValue;

export function isDevice(value: Value): value is DeviceValue {
  return value instanceof tf.Tensor;
}

export function dimsOf(value: Value): readonly number[] {
  return isDevice(value) ? value.shape : value.dims;
}

/** The tensor as a value. A float32 one may share the tensor's memory. */
export function upload({ dtype, dims, data }: Tensor): Value {
  return dtype === 'float32'
    ? tf.tensor(data as Float32Array, [...dims], 'float32')
    : { dtype, dims: [...dims], data };
}

/** The value in host memory, which may be the value's own. */
export function download(value: Value): Tensor {
  if (!isDevice(value)) return value;
  // Backends may give more memory than the elements take.
  const data = (value.dataSync() as Float32Array).subarray(0, elementCount(value.shape));
  return { dtype: 'float32', dims: [...value.shape], data };
}

export function boolValue(dims: readonly number[], data: Uint8Array): HostValue {
  return { dtype: 'bool', dims, data };
}

export function int64Value(dims: readonly number[], data: BigInt64Array): HostValue {
  return { dtype: 'int64', dims, data };
}
