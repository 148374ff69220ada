import type { DType } from '../tensor.js';
import { TensorProto_DataType as DataType } from './onnx_pb.js';

/** ONNX's numbers of the element types we compute with. */
export const ONNX_DTYPES: ReadonlyMap<number, DType> = new Map<number, DType>([
  [DataType.FLOAT, 'float32'],
  [DataType.FLOAT16, 'float16'],
  [DataType.BFLOAT16, 'bfloat16'],
  [DataType.INT32, 'int32'],
  [DataType.INT64, 'int64'],
  [DataType.BOOL, 'bool'],
]);

const NUMBERS = new Map([...ONNX_DTYPES].map(([number, dtype]) => [dtype, number]));

export function onnxDtype(dtype: DType): number {
  return NUMBERS.get(dtype)!;
}
