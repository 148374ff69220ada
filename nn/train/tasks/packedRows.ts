import { int64Tensor, type Tensor } from '../../tensor.js';

/** Sequences laid end to end in rows of so many each. */
export function joinRows(sequences: readonly Int32Array[], rowSizes: readonly number[]): Int32Array[] {
  let next = 0;
  return rowSizes.map((size) => {
    const members = sequences.slice(next, next + size);
    next += size;
    const row = new Int32Array(members.reduce((sum, { length }) => sum + length, 0));
    let start = 0;
    for (const member of members) {
      row.set(member, start);
      start += member.length;
    }
    return row;
  });
}

/** In place of each token the number of its sequence in the row, from 1. */
export function segmentRows(sequences: readonly Int32Array[], rowSizes: readonly number[]): Int32Array[] {
  const numbers = rowSizes.flatMap((size) => Array.from({ length: size }, (_, place) => place + 1));
  return joinRows(
    sequences.map(({ length }, at) => new Int32Array(length).fill(numbers[at]!)),
    rowSizes,
  );
}

/** Where each sequence starts in rows of `width` laid end to end, int64 [sequences]. */
export function startsInRows(
  sequences: readonly Int32Array[],
  rowSizes: readonly number[],
  width: number,
): Tensor {
  const starts: bigint[] = [];
  rowSizes.forEach((size, row) => {
    let start = row * width;
    for (let place = 0; place < size; place += 1) {
      starts.push(BigInt(start));
      start += sequences[starts.length - 1]!.length;
    }
  });
  return int64Tensor([starts.length], BigInt64Array.from(starts));
}
