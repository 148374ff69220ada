import { broadcast } from '../../graph/dimension.js';
import { type DType, elementCount, type Tensor, type TensorData } from '../../tensor.js';

const ARRAYS = {
  float32: Float32Array,
  float16: Uint16Array,
  bfloat16: Uint16Array,
  int64: BigInt64Array,
  int32: Int32Array,
  bool: Uint8Array,
} as const satisfies Readonly<Record<DType, unknown>>;

export function allocate(dtype: DType, count: number): TensorData {
  return new ARRAYS[dtype](count);
}

/** Writes a whole number; what does not fit wraps around, as it does in ONNX Runtime. */
export function store(data: TensorData, at: number, value: bigint): void {
  if (data instanceof BigInt64Array) data[at] = value;
  else data[at] = Number(BigInt.asIntN(32, value));
}

/** How many elements one step along each axis of a dense row-major array passes over. */
export function stridesOf(dims: readonly number[]): number[] {
  const strides = new Array<number>(dims.length).fill(1);
  for (let axis = dims.length - 2; axis >= 0; axis -= 1) strides[axis] = strides[axis + 1]! * dims[axis + 1]!;
  return strides;
}

/** The flat positions that a view of shape `dims` visits, in row-major order of the view. */
export function positions(dims: readonly number[], strides: readonly number[], offset = 0): Int32Array {
  const result = new Int32Array(elementCount(dims));
  const index = new Array<number>(dims.length).fill(0);
  let position = offset;
  for (let at = 0; at < result.length; at += 1) {
    result[at] = position;
    for (let axis = dims.length - 1; axis >= 0; axis -= 1) {
      index[axis]! += 1;
      position += strides[axis]!;
      if (index[axis]! < dims[axis]!) break;
      position -= strides[axis]! * dims[axis]!;
      index[axis] = 0;
    }
  }
  return result;
}

/** The positions in an array of shape `from` of what each element of the wider shape `to` is a copy of. */
export function broadcastPositions(from: readonly number[], to: readonly number[]): Int32Array {
  const strides = stridesOf(from);
  const lead = to.length - from.length;
  return positions(
    to,
    to.map((_, axis) => (axis < lead || from[axis - lead] === 1 ? 0 : strides[axis - lead]!)),
  );
}

/** The elements at `sources`, as an array of shape `dims`. */
export function pick<T extends Tensor>(tensor: T, dims: readonly number[], sources: Int32Array): T {
  const data = allocate(tensor.dtype, sources.length) as Int32Array;
  const from = tensor.data as Int32Array; // One class stands for all: source and result have the same.
  for (let at = 0; at < sources.length; at += 1) data[at] = from[sources[at]!]!;
  return { ...tensor, dims, data };
}

/** Each tensor repeated to the shape they broadcast to together. Throws SHAPE_MISMATCH. */
export function broadcastTogether<T extends readonly Tensor[]>(...tensors: T): T {
  const dims = tensors.reduce<readonly number[]>(
    (shape, tensor) => broadcast(shape, tensor.dims) as readonly number[],
    [],
  );
  return tensors.map((tensor) =>
    tensor.dims.join() === dims.join() ? tensor : pick(tensor, dims, broadcastPositions(tensor.dims, dims)),
  ) as unknown as T;
}

/** Of two numbers of one kind; Math.max does not take bigints. */
export function larger<T extends number | bigint>(left: T, right: T): T {
  if (left > right) return left;
  return right;
}

export function smaller<T extends number | bigint>(left: T, right: T): T {
  if (left < right) return left;
  return right;
}
