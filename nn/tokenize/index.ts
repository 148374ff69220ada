export { addTokens } from './addTokens.js';
export { segmentWords } from './chineseTokenizer.js';
export { createWordSegmenter, type SpacedText, type WordSegmenter } from './chineseWords.js';
export type { UserWord } from './file/segmentation.js';
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
export {
  BLANK_TOKENS,
  blankTokenizer,
  VOCABULARY_KINDS,
  type VocabularyKind,
} from './training/blankTokenizer.js';
export { type DomainWord, type DomainWordOptions, findDomainWords } from './training/domainWords.js';
export { trainVocabulary, type VocabularyOptions } from './training/trainVocabulary.js';
export type { Overflow } from './windows.js';
export { withSegmentation } from './withSegmentation.js';
