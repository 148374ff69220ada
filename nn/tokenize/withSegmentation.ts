import { readTokenizerFile, tokenizerText } from './file/readTokenizerFile.js';
import type { UserWord } from './file/segmentation.js';

/**
 * The tokenizer.json with the order to find words in Chinese text first, with Jieba and the given words on top of its
 * dictionary: `loadTokenizer`, training and whatever reads the file then do so. Throws TOKENIZER_INVALID.
 */
export function withSegmentation(
  tokenizerJson: Uint8Array | string,
  words: readonly UserWord[] = [],
): string {
  const segmented = tokenizerText({
    ...readTokenizerFile(tokenizerJson),
    segmentation: { type: 'Jieba', words },
  });
  readTokenizerFile(segmented);
  return segmented;
}
