export { type Encoded, type EncodeOptions, loadTokenizer, type Tokenizer } from './tokenizer.js';
