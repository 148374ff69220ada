import { byteLevelAlphabet } from 'tokenizers';
import { NnError } from '../../errors.js';
import { IDS_MAX, invalid, isRecord, type Json } from '../file/fields.js';
import { readTokenizerFile, tokenizerText } from '../file/readTokenizerFile.js';
import { components } from '../file/sequence.js';
import { startingPoint } from './alphabet.js';
import { type Corpus, countWords } from './countWords.js';
import { learnMerges, type Merge } from './learnMerges.js';
import { segmented, wordSplitter } from './splitWords.js';
import { postProcessorTokens, withVocabulary } from './withVocabulary.js';

export interface VocabularyOptions {
  /** Tokens of the new vocabulary at most, special ones included. */
  readonly vocabularySize: number;
  /** Occurrences that two pieces need side by side to become one; 2 where not given. */
  readonly minimumFrequency?: number;
  /** Different characters of a WordPiece vocabulary, the most frequent ones; 6,000 where not given. */
  readonly alphabetMax?: number;
  /** Bounds memory: some 200 bytes for each. Five million where not given. */
  readonly distinctWordsMax?: number;
  readonly onProgress?: (done: number, most: number) => void;
  readonly signal?: AbortSignal;
}

/**
 * Trains a new vocabulary on a domain's texts for the tokenizer of a base model, WordPiece or byte-level BPE, and returns
 * the new tokenizer.json: same normaliser, pre-tokenizer and special tokens (these first), other tokens added after them.
 * Source: the reference's `WordPieceTrainer`, which is its BPE trainer on ## pieces, and `BpeTrainer`. The same texts and
 * options give the same file. Splits words on the calling thread, in turns with other work.
 *
 * Throws TOKENIZER_INVALID for a tokenizer of another kind, SHAPE_MISMATCH when the special tokens and characters alone
 * exceed `vocabularySize`, CANCELLED soon after `signal`.
 */
export async function trainVocabulary(
  baseJson: Uint8Array | string,
  corpus: Corpus,
  options: VocabularyOptions,
): Promise<string> {
  const file = readTokenizerFile(baseJson);
  const { json } = file;
  const kind = kindOf(json);
  const { vocabularySize, minimumFrequency = 2, distinctWordsMax = 5_000_000 } = options;
  if (!Number.isInteger(vocabularySize) || vocabularySize < 1 || vocabularySize > IDS_MAX) {
    throw new NnError('SHAPE_MISMATCH', `vocabularySize is ${vocabularySize}; it is from 1 to ${IDS_MAX}`);
  }
  const wordsOf = await segmented(file, wordSplitter(json));
  const counts = await countWords(corpus, wordsOf, { ...options, distinctWordsMax });
  const { pieces, words } = startingPoint(counts, {
    specialTokens: specialTokensOf(json),
    always: kind.bytes,
    alphabetMax: kind.bytes.length > 0 ? kind.bytes.length : (options.alphabetMax ?? 6000),
    prefix: kind.prefix,
  });
  if (pieces.length > vocabularySize) {
    throw new NnError(
      'SHAPE_MISMATCH',
      `vocabularySize is ${vocabularySize}; special tokens and characters alone are ${pieces.length}`,
    );
  }
  const merges: Merge[] = await learnMerges(words, pieces, {
    ...options,
    minimumFrequency,
    prefix: kind.prefix,
  });
  return tokenizerText({ ...file, json: withVocabulary(json, pieces, merges) });
}

interface Kind {
  readonly prefix: string;
  /** The characters that stand for the 256 bytes; none for WordPiece. */
  readonly bytes: readonly string[];
}

function kindOf({ model, pre_tokenizer: preTokenizer, normalizer }: Json): Kind {
  const { type, continuing_subword_prefix: prefix, end_of_word_suffix: suffix } = model as Json;
  if (type === 'WordPiece') return { prefix: prefix as string, bytes: [] };
  const parts = [
    ...components(preTokenizer, 'pretokenizers', 'pre_tokenizer'),
    ...components(normalizer, 'normalizers', 'normalizer'),
  ];
  if (type === 'BPE' && !prefix && !suffix && parts.some((part) => part['type'] === 'ByteLevel')) {
    return { prefix: '', bytes: byteLevelAlphabet() };
  }
  throw invalid('only WordPiece and byte-level BPE vocabularies can be trained anew');
}

/** In the order of their ids, with the unknown token and those that stand around texts. */
function specialTokensOf({ added_tokens: added, model, post_processor: around }: Json): string[] {
  const special = ((added ?? []) as Json[])
    .filter((token) => token['special'] === true)
    .sort((a, b) => (a['id'] as number) - (b['id'] as number))
    .map((token) => token['content'] as string);
  const unknown = isRecord(model) ? model['unk_token'] : undefined;
  const named = [...special, ...postProcessorTokens(around)];
  return [...new Set(typeof unknown === 'string' ? [...named, unknown] : named)];
}
