/** Bound once: in a vm context (jest) each look at a global costs more than the multiplication. */
const { imul } = Math;

const ASCII_WORD = /[a-z0-9]+/g;
/** Scripts that put no space between words are read character by character. */
const ANY_WORD =
  /[\p{sc=Han}\p{sc=Hiragana}\p{sc=Katakana}\p{sc=Thai}]|(?:(?![\p{sc=Han}\p{sc=Hiragana}\p{sc=Katakana}\p{sc=Thai}])[\p{L}\p{N}\p{M}])+/gu;
// biome-ignore lint/suspicious/noControlCharactersInRegex: the range of ASCII
const ASCII_ONLY = /^[\u0000-\u007F]*$/;

/** FNV-1a over UTF-16 units, 32 bits. */
const hashWord = (word: string): number => {
  let hash = 0x811c9dc5;
  for (let index = 0; index < word.length; index += 1) hash = imul(hash ^ word.charCodeAt(index), 0x01000193);
  return hash;
};

/** The finaliser of MurmurHash3: every bit of the input moves every bit of the output. */
const mix = (value: number): number => {
  let hash = value;
  hash = imul(hash ^ (hash >>> 16), 0x85ebca6b);
  hash = imul(hash ^ (hash >>> 13), 0xc2b2ae35);
  return (hash ^ (hash >>> 16)) >>> 0;
};

/**
 * The set of a text's word shingles (runs of `size` words; case and punctuation do not count), as sorted
 * 32-bit hashes. A text of fewer words is one shingle. Two shingles of a pair of texts with 1,000 each share a
 * hash by accident once in 4,000 pairs, which moves their similarity by a thousandth.
 */
export const shinglesOf = (text: string, size: number): Uint32Array => {
  const lower = text.toLowerCase();
  const words = lower.match(ASCII_ONLY.test(lower) ? ASCII_WORD : ANY_WORD) ?? [lower];
  const hashes = Uint32Array.from(words, hashWord);
  const count = Math.max(1, hashes.length - size + 1);
  const shingles = new Uint32Array(count);
  for (let start = 0; start < count; start += 1) {
    let hash = 0;
    for (let index = start; index < Math.min(start + size, hashes.length); index += 1)
      hash = imul(mix(hash ^ (hashes[index] as number)), 0x9e3779b1);
    shingles[start] = mix(hash);
  }
  shingles.sort();
  let unique = 0;
  for (let index = 0; index < count; index += 1)
    if (index === 0 || shingles[index] !== shingles[index - 1])
      shingles[unique++] = shingles[index] as number;
  return shingles.slice(0, unique);
};

/** |A ∩ B| / |A ∪ B| of two sorted sets. */
export const jaccard = (a: Uint32Array, b: Uint32Array): number => {
  let i = 0;
  let j = 0;
  let shared = 0;
  while (i < a.length && j < b.length) {
    const x = a[i] as number;
    const y = b[j] as number;
    if (x === y) shared += 1;
    if (x <= y) i += 1;
    if (y <= x) j += 1;
  }
  return shared / (a.length + b.length - shared);
};
