import { NnError } from '../errors.js';
import { BYTES_PER_ELEMENT, type DType, elementCount, type Tensor, type TensorData } from '../tensor.js';
import { ONNX_DTYPES } from './dtypes.js';
import { type ExternalRange, externalRange } from './externalData.js';
import { TensorProto_DataLocation as DataLocation, type TensorProto } from './onnx_pb.js';

const ARRAYS = {
  float32: Float32Array,
  float16: Uint16Array,
  bfloat16: Uint16Array,
  int32: Int32Array,
  int64: BigInt64Array,
  bool: Uint8Array,
} as const satisfies Record<DType, unknown>;

/** Reads the bytes of a weight that lies outside the model's file. */
export type ReadExternal = (range: ExternalRange) => Uint8Array;

/**
 * A weight, stored inside the file or where `readExternal` finds it. Throws GRAPH_INVALID where its data has another
 * size, or lies outside and nothing reads it.
 */
export function decodeTensor(proto: TensorProto, readExternal?: ReadExternal): Tensor {
  const dtype = ONNX_DTYPES.get(proto.dataType);
  if (!dtype || proto.segment) {
    throw new NnError(
      'OPERATOR_UNSUPPORTED',
      `weight '${proto.name}' has element type ${proto.dataType}, not supported`,
    );
  }
  const dims = proto.dims.map(Number);
  const count = elementCount(dims);
  if (!Number.isSafeInteger(count) || dims.some((length) => length < 0)) {
    throw new NnError('GRAPH_INVALID', `weight '${proto.name}' has the impossible shape [${dims}]`);
  }
  if (proto.dataLocation === DataLocation.EXTERNAL || proto.externalData.length > 0) {
    if (!readExternal) {
      throw new NnError(
        'GRAPH_INVALID',
        `weight '${proto.name}' lies outside the file; save the model with its weights inside`,
      );
    }
    const range = externalRange(proto, count * BYTES_PER_ELEMENT[dtype]);
    return { dtype, dims, data: raw(readExternal(range), dtype)! };
  }
  const data = proto.rawData.length > 0 || count === 0 ? raw(proto.rawData, dtype) : listed(proto, dtype);
  if (!data || data.length !== count) {
    throw new NnError(
      'GRAPH_INVALID',
      `weight '${proto.name}' of shape [${dims}] does not hold ${count} values`,
    );
  }
  return { dtype, dims, data };
}

/** Little-endian bytes as values, without a copy where they are aligned. */
function raw(bytes: Uint8Array, dtype: DType): TensorData | undefined {
  const size = BYTES_PER_ELEMENT[dtype];
  if (bytes.length % size !== 0) return undefined;
  // Not slice, which copies nothing of a Buffer.
  const aligned = bytes.byteOffset % size === 0 ? bytes : new Uint8Array(bytes);
  return new ARRAYS[dtype](aligned.buffer as ArrayBuffer, aligned.byteOffset, bytes.length / size);
}

function listed(proto: TensorProto, dtype: DType): TensorData {
  switch (dtype) {
    case 'float32':
      return Float32Array.from(proto.floatData);
    case 'float16':
    case 'bfloat16':
      return Uint16Array.from(proto.int32Data);
    case 'int64':
      return BigInt64Array.from(proto.int64Data);
    case 'int32':
      return Int32Array.from(proto.int32Data);
    case 'bool':
      return Uint8Array.from(proto.int32Data);
  }
}
