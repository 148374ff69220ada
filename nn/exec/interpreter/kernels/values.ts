import { NnError } from '../../../errors.js';
import { attribute } from '../../../graph/attributes.js';
import { ONNX_DTYPES } from '../../../graph/dtypes.js';
import { type DType, type HalfDType, isHalf, type Tensor } from '../../../tensor.js';
import { fromHalf, toHalf } from '../../../weights/half.js';
import { allocate } from '../hostArray.js';
import { hostOperand, type Kernel, operand } from '../kernel.js';
import { dimsOf, download, int64Value, upload } from '../value.js';

const INT64_MIN = -(2n ** 63n);
const INT32_MIN = -(2 ** 31);

export const cast: Kernel = (request) => {
  const x = operand(request, 0);
  const to = ONNX_DTYPES.get(attribute(request.node, 'to', 'int', 0))!;
  const from = download(x);
  return [from.dtype === to ? x : upload(isHalf(to) ? halved(from, to) : converted(widened(from), to))];
};

function halved(from: Tensor, to: HalfDType): Tensor {
  const { dims, data } = converted(widened(from), 'float32');
  return { dtype: to, dims, data: toHalf(to, data as Float32Array) };
}

/** Half floats as float32, which holds them exactly; anything else as it is. */
function widened(tensor: Tensor): Tensor {
  const { dtype, dims, data } = tensor;
  if (!isHalf(dtype)) return tensor;
  return { dtype: 'float32', dims, data: fromHalf(dtype, data as Uint16Array) };
}

function converted({ dims, data }: Tensor, dtype: DType): Tensor {
  const result = allocate(dtype, data.length);
  for (let at = 0; at < result.length; at += 1) {
    const value = data[at]!;
    if (result instanceof BigInt64Array) result[at] = toInt64(value);
    else if (dtype === 'bool') result[at] = Number(Number(value) !== 0);
    else if (dtype === 'int32') result[at] = toInt32(value);
    else result[at] = Number(value);
  }
  return { dtype, dims, data: result };
}

/** Towards zero; what does not fit becomes the smallest number, as the processor's own conversion has it. */
function toInt64(value: number | bigint): bigint {
  if (typeof value === 'bigint') return value;
  return Math.abs(value) < 2 ** 63 ? BigInt(Math.trunc(value)) : INT64_MIN;
}

/** A whole number keeps its low bits, a fraction goes towards zero. */
function toInt32(value: number | bigint): number {
  if (typeof value === 'bigint') return Number(BigInt.asIntN(32, value));
  return Math.abs(value) < 2 ** 31 ? Math.trunc(value) : INT32_MIN;
}

/** The axis lengths from `start` to `end`. */
export const shape: Kernel = (request) => {
  const dims = dimsOf(operand(request, 0));
  const section = dims.slice(
    attribute(request.node, 'start', 'int', 0),
    attribute(request.node, 'end', 'int', dims.length),
  );
  return [int64Value([section.length], BigInt64Array.from(section, BigInt))];
};

/** From a start by steps up to a limit, which is left out. */
export const range: Kernel = (request) => {
  const [start, limit, step] = [0, 1, 2].map((index) => BigInt(hostOperand(request, index).data[0]!)) as [
    bigint,
    bigint,
    bigint,
  ];
  if (step === 0n) throw new NnError('SHAPE_MISMATCH', `${request.node.op}: a step of zero never ends`);
  const span = limit - start + step - (step > 0n ? 1n : -1n);
  const count = span / step > 0n ? Number(span / step) : 0;
  return [
    int64Value(
      [count],
      BigInt64Array.from({ length: count }, (_, at) => start + step * BigInt(at)),
    ),
  ];
};
