/** Bound once: in a vm context (jest) each look at a global costs more than the multiplication. */
const { imul } = Math;

/** The finaliser of MurmurHash3: every bit of the input moves every bit of the output. */
const mix = (value: number): number => {
  let hash = value;
  hash = imul(hash ^ (hash >>> 16), 0x85ebca6b);
  hash = imul(hash ^ (hash >>> 13), 0xc2b2ae35);
  return (hash ^ (hash >>> 16)) >>> 0;
};

/**
 * A text's word shingles (runs of `size` words) in order, as 32-bit hashes; one that comes twice is there twice. A text
 * of fewer words is one shingle. Two shingles of a pair of texts with 1,000 each share a hash by accident once in
 * 4,000 pairs, which moves their similarity by a thousandth.
 */
export const shinglesOf = (words: Uint32Array, size: number): Uint32Array => {
  const count = Math.max(1, words.length - size + 1);
  const shingles = new Uint32Array(count);
  for (let start = 0; start < count; start += 1) {
    let hash = 0;
    for (let index = start; index < Math.min(start + size, words.length); index += 1)
      hash = imul(mix(hash ^ words[index]!), 0x9e3779b1);
    shingles[start] = mix(hash);
  }
  return shingles;
};

/** The same shingles as a sorted set. */
export const shingleSet = (shingles: Uint32Array): Uint32Array => {
  const sorted = shingles.slice().sort();
  let unique = 0;
  for (let index = 0; index < sorted.length; index += 1)
    if (index === 0 || sorted[index] !== sorted[index - 1]) sorted[unique++] = sorted[index]!;
  return sorted.slice(0, unique);
};

/** |A ∩ B| / |A ∪ B| of two sorted sets. */
export const jaccard = (a: Uint32Array, b: Uint32Array): number => {
  let i = 0;
  let j = 0;
  let shared = 0;
  while (i < a.length && j < b.length) {
    const x = a[i]!;
    const y = b[j]!;
    if (x === y) shared += 1;
    if (x <= y) i += 1;
    if (y <= x) j += 1;
  }
  return shared / (a.length + b.length - shared);
};
