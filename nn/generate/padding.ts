import { int64Tensor, type Tensor } from '../tensor.js';

/** int64 [batch, longest]. */
interface Padded {
  readonly ids: Tensor;
  /** 1 for a token, 0 for padding. */
  readonly mask: Tensor;
}

/** Ends all sequences in the last column; padding has id 0, which its mask hides. */
export function padLeft(sequences: readonly Int32Array[]): Padded {
  const longest = sequences.reduce((most, { length }) => Math.max(most, length), 0);
  const dims = [sequences.length, longest];
  const ids = new BigInt64Array(sequences.length * longest);
  const mask = new BigInt64Array(sequences.length * longest);
  sequences.forEach((sequence, row) => {
    const end = (row + 1) * longest;
    ids.set(BigInt64Array.from(sequence, BigInt), end - sequence.length);
    mask.fill(1n, end - sequence.length, end);
  });
  return { ids: int64Tensor(dims, ids), mask: int64Tensor(dims, mask) };
}

/** The mask with one more token in each row. */
export function extendMask({ dims, data }: Tensor): Tensor {
  const [rows, length] = [dims[0]!, dims[1]!];
  const wider = new BigInt64Array(rows * (length + 1)).fill(1n);
  for (let row = 0; row < rows; row += 1)
    wider.set((data as BigInt64Array).subarray(row * length, (row + 1) * length), row * (length + 1));
  return int64Tensor([rows, length + 1], wider);
}

/** The mask over a cache whose slots from `used` up to `room` hold nothing, before the columns of the new tokens. */
export function withRoom(
  { dims, data }: Tensor,
  { used, room }: { readonly used: number; readonly room: number },
): Tensor {
  const [rows, length] = [dims[0]!, dims[1]!];
  const width = length - used + room;
  const wider = new BigInt64Array(rows * width);
  for (let row = 0; row < rows; row += 1) {
    const own = (data as BigInt64Array).subarray(row * length, (row + 1) * length);
    wider.set(own.subarray(0, used), row * width);
    wider.set(own.subarray(used), row * width + room);
  }
  return int64Tensor([rows, width], wider);
}
