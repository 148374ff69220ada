import { TEXT_LENGTH_MAX } from '../file/fields.js';
import { Turns } from './learnMerges.js';

export type Corpus = Iterable<string> | AsyncIterable<string>;

export interface CountOptions {
  /** Distinct words held; past it the rarest are forgotten, as word2vec does, so that memory is bounded. */
  readonly distinctWordsMax: number;
  readonly signal?: AbortSignal;
}

/** Occurrences of each word that `wordsOf` finds in the texts; exact while there are at most `distinctWordsMax`. */
export async function countWords(
  corpus: Corpus,
  wordsOf: (text: string) => readonly string[],
  { distinctWordsMax, signal }: CountOptions,
): Promise<Map<string, number>> {
  const counts = new Map<string, number>();
  const turns = new Turns(signal);
  let forgotten = 0;
  for await (const text of corpus) {
    for (let start = 0; start < text.length; start += TEXT_LENGTH_MAX) {
      const words = wordsOf(text.slice(start, start + TEXT_LENGTH_MAX));
      for (const word of words) counts.set(word, (counts.get(word) ?? 0) + 1);
      while (counts.size > distinctWordsMax) forgetUpTo(counts, ++forgotten);
      await turns.take(words.length + 1);
    }
  }
  return counts;
}

function forgetUpTo(counts: Map<string, number>, most: number): void {
  for (const [word, count] of counts) if (count <= most) counts.delete(word);
}
