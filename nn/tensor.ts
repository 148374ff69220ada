import { NnError } from './errors.js';

/** Floats of 16 bits: IEEE 754 binary16, and the upper half of a float32. */
export type HalfDType = 'float16' | 'bfloat16';

export type DType = 'float32' | HalfDType | 'int64' | 'int32' | 'bool';

/** A half float is held as the word of its bits. */
export type TensorData = Float32Array | Uint16Array | BigInt64Array | Int32Array | Uint8Array;

/** A dense row-major array. `data.length` is the product of `dims`; a scalar has no dims. */
export interface Tensor {
  readonly dtype: DType;
  readonly dims: readonly number[];
  readonly data: TensorData;
}

export const BYTES_PER_ELEMENT: Readonly<Record<DType, number>> = {
  float32: 4,
  float16: 2,
  bfloat16: 2,
  int64: 8,
  int32: 4,
  bool: 1,
};

export function isHalf(dtype: DType): dtype is HalfDType {
  return dtype === 'float16' || dtype === 'bfloat16';
}

export function isFloat(dtype: DType): dtype is 'float32' | HalfDType {
  return dtype === 'float32' || isHalf(dtype);
}

/** Number of elements of a shape; 1 for a scalar. */
export function elementCount(dims: readonly number[]): number {
  return dims.reduce((product, dim) => product * dim, 1);
}

export function float32Tensor(dims: readonly number[], data?: Float32Array): Tensor {
  return checked({ dtype: 'float32', dims, data: data ?? new Float32Array(elementCount(dims)) });
}

export function int64Tensor(dims: readonly number[], data?: BigInt64Array): Tensor {
  return checked({ dtype: 'int64', dims, data: data ?? new BigInt64Array(elementCount(dims)) });
}

/** The values of a float32 tensor. Throws SHAPE_MISMATCH for another element type. */
export function float32Data(tensor: Tensor): Float32Array {
  if (!(tensor.data instanceof Float32Array)) {
    throw new NnError('SHAPE_MISMATCH', `expected a float32 tensor, found ${tensor.dtype}`);
  }
  return tensor.data;
}

function checked(tensor: Tensor): Tensor {
  const count = elementCount(tensor.dims);
  if (count !== tensor.data.length) {
    throw new NnError(
      'SHAPE_MISMATCH',
      `a tensor of shape [${tensor.dims.join(', ')}] needs ${count} values, ${tensor.data.length} given`,
    );
  }
  return tensor;
}
