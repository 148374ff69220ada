import { float32Data, float32Tensor, int64Tensor, type Tensor } from '../tensor.js';

/** Rows of a float32 or int64 tensor, in the order of `rows` and as often as each is named. */
export function pickTensorRows(tensor: Tensor, rows: Int32Array): Tensor {
  const dims = [rows.length, ...tensor.dims.slice(1)];
  const width = tensor.data.length / tensor.dims[0]!;
  const pick = <T extends Float32Array | BigInt64Array>(data: T, made: T): T => {
    for (const [at, row] of rows.entries()) {
      made.set(data.subarray(row * width, (row + 1) * width) as never, at * width);
    }
    return made;
  };
  return tensor.data instanceof BigInt64Array
    ? int64Tensor(dims, pick(tensor.data, new BigInt64Array(rows.length * width)))
    : float32Tensor(dims, pick(float32Data(tensor), new Float32Array(rows.length * width)));
}
