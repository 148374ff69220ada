/** Sequences laid end to end, so that thousands of them cross a thread as two arrays. */
export interface PackedSequences {
  readonly ids: Int32Array;
  /** Start of each sequence in `ids`, and the end of the last one. */
  readonly offsets: Int32Array;
}

export function packSequences(sequences: readonly Int32Array[]): PackedSequences {
  const offsets = new Int32Array(sequences.length + 1);
  sequences.forEach(({ length }, i) => {
    offsets[i + 1] = offsets[i]! + length;
  });
  const ids = new Int32Array(offsets.at(-1)!);
  sequences.forEach((sequence, i) => {
    ids.set(sequence, offsets[i]);
  });
  return { ids, offsets };
}

/** Views on `ids`. */
export function unpackSequences({ ids, offsets }: PackedSequences): Int32Array[] {
  return Array.from({ length: offsets.length - 1 }, (_, i) => ids.subarray(offsets[i], offsets[i + 1]));
}
