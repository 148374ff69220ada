/** Reused by every call: the furthest ends of the two searches' diagonals. */
let reach = new Int32Array(1024);

/**
 * The fewest words to insert and delete that turn one text into the other, or `limit` + 1 when more are needed: the
 * greedy search of Myers, "An O(ND) Difference Algorithm and Its Variations" (1986), in O(limit²) at most.
 */
const indelDistance = (a: Uint32Array, b: Uint32Array, limit: number): number => {
  const center = limit + 1;
  if (reach.length < 2 * center + 1) reach = new Int32Array(2 * center + 1);
  reach[center + 1] = 0;
  for (let distance = 0; distance <= limit; distance += 1)
    for (let diagonal = -distance; diagonal <= distance; diagonal += 2) {
      const down =
        diagonal === -distance ||
        (diagonal !== distance && reach[center + diagonal - 1]! < reach[center + diagonal + 1]!);
      let x = down ? reach[center + diagonal + 1]! : reach[center + diagonal - 1]! + 1;
      while (x < a.length && x - diagonal < b.length && a[x] === b[x - diagonal]) x += 1;
      reach[center + diagonal] = x;
      if (x >= a.length && x - diagonal >= b.length) return distance;
    }
  return limit + 1;
};

/** How many words two texts have in common, each as often as in both; from their sorted words. */
const commonWords = (a: Uint32Array, b: Uint32Array): number => {
  let i = 0;
  let j = 0;
  let common = 0;
  while (i < a.length && j < b.length) {
    const x = a[i]!;
    const y = b[j]!;
    if (x === y) common += 1;
    if (x <= y) i += 1;
    if (y <= x) j += 1;
  }
  return common;
};

/** A text made ready for comparison. */
export interface AlignedText {
  /** Hashes of the words in order, at least one. */
  readonly words: Uint32Array;
  readonly sorted: Uint32Array;
}

export const alignedText = (words: Uint32Array): AlignedText => ({ words, sorted: words.slice().sort() });

/**
 * Whether two texts have at least this share of their words in common and in the same order:
 * 2 · LCS / (|a| + |b|), the normalised indel similarity (rapidfuzz calls it `Indel.normalized_similarity`).
 * @param atLeast in (0, 1]
 */
export const alike = (left: AlignedText, right: AlignedText, atLeast: number): boolean => {
  const [a, b] = [left.words, right.words];
  const total = a.length + b.length;
  const limit = Math.floor(total * (1 - atLeast) + 1e-9);
  if (Math.abs(a.length - b.length) > limit) return false;
  // In any order there are as many in common or more, which is soon counted and refuses most.
  if (total - 2 * commonWords(left.sorted, right.sorted) > limit) return false;
  let start = 0;
  while (start < a.length && start < b.length && a[start] === b[start]) start += 1;
  let [endA, endB] = [a.length, b.length];
  while (endA > start && endB > start && a[endA - 1] === b[endB - 1]) {
    endA -= 1;
    endB -= 1;
  }
  return indelDistance(a.subarray(start, endA), b.subarray(start, endB), limit) <= limit;
};
