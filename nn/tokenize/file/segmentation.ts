import { invalid, type Json, list, natural, oneOf, record, text } from './fields.js';

/** A word of the domain that the segmenter's dictionary lacks. */
export interface UserWord {
  readonly text: string;
  /** Occurrences in a corpus of 60 million words, the size of Jieba's; the default outweighs nearly all that it could be cut into. */
  readonly frequency?: number;
}

/**
 * Our own member of a tokenizer.json: words are found in Chinese text before anything else happens to it. It stands in the file
 * so that whoever reads the file does the same, in training and serving alike. The reference refuses such a file, which is
 * better than reading other tokens from it.
 */
export interface Segmentation {
  readonly type: 'Jieba';
  readonly words: readonly UserWord[];
}

export const FREQUENCY_MAX = 60_000_000;
const WORDS_MAX = 2 ** 20;

/** Throws TOKENIZER_INVALID. */
export function readSegmentation({ segmentation }: Json): Segmentation | undefined {
  if (segmentation === undefined || segmentation === null) return undefined;
  const found = record(segmentation, 'segmentation');
  const words = list(found['words'] ?? [], 'words of the segmentation');
  if (words.length > WORDS_MAX) throw invalid(`its segmentation has ${words.length} words`);
  return {
    type: oneOf(found['type'], ['Jieba'], 'type of the segmentation'),
    words: words.map((word) => {
      const { text: content, frequency } = record(word, 'a word of the segmentation');
      const where = 'frequency of a word of the segmentation';
      return {
        text: text(content, 'a word of the segmentation'),
        ...(frequency === undefined ? {} : { frequency: natural(frequency, FREQUENCY_MAX + 1, where) }),
      };
    }),
  };
}
