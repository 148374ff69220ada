export { addTokens } from './addTokens.js';
export { segmentWords } from './chineseTokenizer.js';
export {
  createWordSegmenter,
  type SpacedText,
  type UserWord,
  type WordSegmenter,
} from './chineseWords.js';
export { type EmbeddingGrowth, type GrownEmbedding, growEmbedding } from './growEmbedding.js';
export { type EncodedSpans, type TextInput, tokensOfSpan } from './spans.js';
export {
  type DecodeOptions,
  type Encoded,
  type EncodeOptions,
  loadTokenizer,
  type SpanOptions,
  type Tokenizer,
} from './tokenizer.js';
export { trainVocabulary, type VocabularyOptions } from './training/trainVocabulary.js';
export type { Overflow } from './windows.js';
