import { Tokenizer as NativeTokenizer } from 'tokenizers';
import { createWordSegmenter } from '../chineseWords.js';
import { invalid, type Json } from '../file/fields.js';
import type { TokenizerFile } from '../file/readTokenizerFile.js';

/** Splits texts into words as the tokenizer does before its model comes in. `json` must have been verified. */
export function wordSplitter(json: Json): (text: string) => string[] {
  const native = NativeTokenizer.fromString(
    JSON.stringify({ ...json, added_tokens: [], post_processor: null }),
  );
  const normalizer = native.getNormalizer();
  const preTokenizer = native.getPreTokenizer();
  if (!preTokenizer) throw invalid('it has no pre_tokenizer, so there are no words to learn from');
  return (text) =>
    preTokenizer.preTokenizeString(normalizer?.normalizeString(text) ?? text).map(([word]) => word);
}

type Splitter = (text: string) => string[];

/** The splitter with the file's segmentation before it. */
export async function segmented({ segmentation }: TokenizerFile, split: Splitter): Promise<Splitter> {
  if (segmentation === undefined) return split;
  const segmenter = await createWordSegmenter(segmentation.words);
  return (text) => split(segmenter.spaced(text).text);
}
