/** Lower-case words without punctuation; characters of scripts that do not part words are words of their own. */
const WORD = /[\p{sc=Han}\p{sc=Hira}\p{sc=Kana}\p{sc=Thai}]|[\p{L}\p{M}\p{N}]+/gu;

const hashWord = (word: string): number => {
  // FNV-1a over UTF-16 code units.
  let hash = 0x811c9dc5;
  for (let unit = 0; unit < word.length; unit += 1)
    hash = Math.imul(hash ^ word.charCodeAt(unit), 0x01000193);
  return hash >>> 0;
};

/** 53 bits of the words in their order: among ten million n-grams a wrong hit has a chance of one in a billion. */
const hashNgram = (words: Uint32Array, start: number, length: number): number => {
  let [high, low] = [length, 0x9e3779b9];
  for (let at = start; at < start + length; at += 1) {
    const word = words[at] as number;
    high = Math.imul(high ^ word, 0x85ebca6b);
    high ^= high >>> 13;
    low = Math.imul(low, 0xc2b2ae35) ^ Math.imul(word, 0x27d4eb2f);
    low ^= low >>> 15;
  }
  return (high >>> 11) * 2 ** 32 + (low >>> 0);
};

const hashesOf = (text: string): Uint32Array =>
  Uint32Array.from([...text.toLowerCase().matchAll(WORD)].map(([word]) => hashWord(word)));

/**
 * Finds texts that have n words in a row in common with texts known before (GPT-3's 13, Brown et al. 2020, appendix C).
 * A known text of fewer words must be there as a whole; texts of one or two words are in everything and are left out.
 */
export const createOverlap = (ngramWords: number) => {
  const origins: string[] = [];
  /** Length of the n-gram -> hash -> number of its origin. */
  const known = new Map<number, Map<number, number>>();
  const wordsMin = 3;
  return {
    add: (origin: string, text: string): void => {
      const words = hashesOf(text);
      const length = Math.min(ngramWords, words.length);
      if (length < wordsMin) return;
      if (origins.at(-1) !== origin) origins.push(origin);
      const ngrams = known.get(length) ?? new Map<number, number>();
      known.set(length, ngrams);
      for (let start = 0; start + length <= words.length; start += 1) {
        const hash = hashNgram(words, start, length);
        if (!ngrams.has(hash)) ngrams.set(hash, origins.length - 1);
      }
    },
    /** The origin of the first known n-gram in the text, or null. */
    find: (text: string): string | null => {
      if (known.size === 0) return null;
      const words = hashesOf(text);
      for (const [length, ngrams] of known)
        for (let start = 0; start + length <= words.length; start += 1) {
          const found = ngrams.get(hashNgram(words, start, length));
          if (found !== undefined) return origins[found] ?? null;
        }
      return null;
    },
  };
};
