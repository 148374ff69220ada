import { Tokenizer as NativeTokenizer } from 'tokenizers';
import { addTokens, refusalOf } from '../addTokens.js';
import { readTokenizerFile } from '../file/readTokenizerFile.js';
import { unknownId } from '../file/unknownId.js';
import { loadTokenizer, type Tokenizer } from '../tokenizer.js';
import { type Corpus, countWords } from './countWords.js';
import { segmented } from './splitWords.js';

export interface DomainWordOptions {
  /** Most words to find. */
  readonly count: number;
  /** Occurrences that a word needs; 5 where not given, as rarer ones get no good embedding. */
  readonly minimumFrequency?: number;
  /** Bounds memory: some 200 bytes for each. Five million where not given. */
  readonly distinctWordsMax?: number;
  readonly signal?: AbortSignal;
}

/** A word that is worth a token of its own. */
export interface DomainWord {
  readonly text: string;
  readonly occurrences: number;
  /** Tokens fewer at each occurrence between spaces; a word that is unknown counts as its letters. */
  readonly saved: number;
}

/** What an added token is bounded by on both sides: the reference's `\w`. */
const WORD = /[\p{L}\p{M}\p{Nd}\p{Pc}]+/gu;
const ONE_WORD = /^[\p{L}\p{M}\p{Nd}\p{Pc}]+$/u;
/** More than are asked for are tried, because some save nothing: next to spaces, say. */
const TRIED = 2;

/**
 * The words of a domain's texts that would save the most tokens if `addTokens` made each a token, the most useful first; fewer
 * where fewer save anything. Whole words are looked for rather than trained pieces, since an added token is found as a whole
 * word only. What each saves is measured with the tokenizer that has it. The same texts give the same words.
 *
 * Throws TOKENIZER_INVALID, CANCELLED.
 */
export async function findDomainWords(
  tokenizerJson: Uint8Array | string,
  corpus: Corpus,
  options: DomainWordOptions,
): Promise<DomainWord[]> {
  const { count, minimumFrequency = 5, distinctWordsMax = 5_000_000, signal } = options;
  const file = readTokenizerFile(tokenizerJson);
  const wordsOf = await segmented(file, (text) => text.match(WORD) ?? []);
  const spellings = await countWords(corpus, wordsOf, {
    distinctWordsMax,
    ...(signal ? { signal } : {}),
  });
  const refusal = refusalOf(file.json);
  const known = (word: string) => file.vocabulary.has(word) || refusal(word) !== undefined;
  const frequent = [...joined(spellings, normalizerOf(file.json))].filter(
    ([word, occurrences]) => occurrences >= minimumFrequency && !known(word),
  );
  const unknown = unknownId(file);
  const before = await loadTokenizer(tokenizerJson);
  const words = frequent.map(([word]) => word);
  const lengths = await lengthsOf(before, words, unknown);
  const tried = frequent
    .map(([text, occurrences], i) => ({ text, occurrences, length: lengths[i]!, saved: lengths[i]! - 1 }))
    .filter(({ saved }) => saved > 0)
    .sort(byUse)
    .slice(0, TRIED * count);
  const after = await loadTokenizer(
    addTokens(
      tokenizerJson,
      tried.map(({ text }) => text),
    ),
  );
  const shorter = await lengthsOf(
    after,
    tried.map(({ text }) => text),
    unknown,
  );
  return tried
    .map(({ text, occurrences, length }, i) => ({ text, occurrences, saved: length - shorter[i]! }))
    .filter(({ saved }) => saved > 0)
    .sort(byUse)
    .slice(0, count);
}

function byUse(a: DomainWord, b: DomainWord): number {
  return b.occurrences * b.saved - a.occurrences * a.saved || (a.text < b.text ? -1 : 1);
}

/** Spellings that the tokenizer reads alike are one word: as it reads it, or as it is spelled most. */
function joined(
  spellings: ReadonlyMap<string, number>,
  normalized: (word: string) => string,
): Map<string, number> {
  const forms = new Map<string, { spelling: string; most: number; occurrences: number }>();
  for (const [spelling, occurrences] of spellings) {
    const form = normalized(spelling);
    const found = forms.get(form) ?? { spelling, most: 0, occurrences: 0 };
    const more =
      occurrences > found.most || (occurrences === found.most && spelling < found.spelling)
        ? { spelling, most: occurrences }
        : {};
    forms.set(form, { ...found, ...more, occurrences: found.occurrences + occurrences });
  }
  return new Map(
    [...forms].map(([form, { spelling, occurrences }]) => [
      ONE_WORD.test(form) && normalized(form) === form ? form : spelling,
      occurrences,
    ]),
  );
}

function normalizerOf(json: object): (word: string) => string {
  const normalizer = NativeTokenizer.fromString(JSON.stringify(json)).getNormalizer();
  return (word) => normalizer?.normalizeString(word) ?? word;
}

/** Tokens of each word between others, less those of the others; of a word that is not wholly known at least its letters. */
async function lengthsOf(
  tokenizer: Tokenizer,
  words: readonly string[],
  unknown: number | undefined,
): Promise<number[]> {
  const options = { maxLength: 1_000_000, specialTokens: 'left-out' } as const;
  const [around, ...encoded] = await tokenizer.encodeBatch(
    ['a a', ...words.map((word) => `a ${word} a`)],
    options,
  );
  // Where the model lacks the other word too, it is no sign of an unknown one.
  const others = around!.ids.filter((id) => id === unknown).length;
  return encoded.map(({ ids }, i) => {
    const length = ids.length - around!.ids.length;
    const isKnown = ids.filter((id) => id === unknown).length <= others;
    return isKnown ? length : Math.max(length, [...words[i]!].length);
  });
}
