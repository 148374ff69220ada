import { NnError } from '../errors.js';
import type { Example } from './example.js';

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

/** Examples as arrays; the companions of all follow each other. */
export interface PackedExamples {
  readonly texts: PackedSequences;
  readonly targets: PackedSequences;
  readonly companions: PackedSequences;
}

/** Throws SHAPE_MISMATCH for examples with different numbers of companions. */
export function packExamples(examples: readonly Example[]): PackedExamples {
  const counts = new Set(examples.map(({ companions = [] }) => companions.length));
  if (counts.size > 1) {
    throw new NnError(
      'SHAPE_MISMATCH',
      `examples have ${[...counts].join(' or ')} companions; all must have as many`,
    );
  }
  return {
    texts: packSequences(examples.map(({ ids }) => ids)),
    targets: packSequences(examples.map(({ target }) => target)),
    companions: packSequences(examples.flatMap(({ companions = [] }) => companions)),
  };
}

export function unpackExamples(packed: PackedExamples): Example[] {
  const [texts, targets] = [unpackSequences(packed.texts), unpackSequences(packed.targets)];
  const companions = unpackSequences(packed.companions);
  const size = texts.length === 0 ? 0 : companions.length / texts.length;
  return texts.map((ids, at) => ({
    ids,
    target: targets[at]!,
    companions: companions.slice(at * size, (at + 1) * size),
  }));
}
