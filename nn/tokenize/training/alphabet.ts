import { WordPieces } from './words.js';

/** Pieces numbered by their place, and the counted words in them. */
export interface StartingPoint {
  readonly pieces: string[];
  readonly words: WordPieces;
}

export interface AlphabetOptions {
  /** Stand first in the vocabulary, in this order. */
  readonly specialTokens: readonly string[];
  /** Characters that are pieces whether they occur or not. */
  readonly always: readonly string[];
  /** Characters kept, the most frequent first; others are left out of their words. */
  readonly alphabetMax: number;
  /** What a character within a word begins with: ## for WordPiece, nothing for BPE. */
  readonly prefix: string;
}

/**
 * The special tokens, then the characters by code point, then, where there is a prefix, the characters within words in the
 * order in which the words have them. The most frequent words come first and equal ones by code unit, because the order
 * decides ties in training; the reference takes that of a hash table, another one in every process.
 */
export function startingPoint(counted: ReadonlyMap<string, number>, options: AlphabetOptions): StartingPoint {
  const { specialTokens, prefix } = options;
  const byCount = [...counted].sort(([a, many], [b, few]) => few - many || (a < b ? -1 : 1));
  const pieces = [...new Set([...specialTokens, ...alphabetOf(byCount, options)])];
  const ids = new Map(pieces.map((piece, id) => [piece, id]));
  const characterIds = (word: string): number[] =>
    [...word].flatMap((character, i) => {
      // A character that is left out is no piece anywhere, also not as a special token's name.
      if (!ids.has(character)) return [];
      const piece = i === 0 ? character : prefix + character;
      const id = ids.get(piece) ?? pieces.push(piece) - 1;
      ids.set(piece, id);
      return [id];
    });
  const words = new WordPieces(
    byCount.map(([word]) => characterIds(word)),
    byCount.map(([, count]) => count),
  );
  return { pieces, words };
}

function alphabetOf(
  words: readonly (readonly [word: string, count: number])[],
  { always, alphabetMax }: AlphabetOptions,
): string[] {
  const counts = new Map<string, number>();
  for (const [word, count] of words) {
    for (const character of word) counts.set(character, (counts.get(character) ?? 0) + count);
  }
  for (const character of always) counts.set(character, Number.POSITIVE_INFINITY);
  const byCodePoint = (a: string, b: string) => a.codePointAt(0)! - b.codePointAt(0)!;
  const kept = [...counts].sort(([a, many], [b, few]) => (many === few ? byCodePoint(a, b) : few - many));
  return kept
    .slice(0, alphabetMax)
    .map(([character]) => character)
    .sort(byCodePoint);
}
