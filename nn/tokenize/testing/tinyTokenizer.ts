import { wordPieceJson } from './wordPieceJson.js';

const SPECIAL = ['[PAD]', '[UNK]', '[CLS]', '[SEP]'];
const PIECES = ['free', 'meet', '##ing', 'money', 'now', '!', 'at', 'noon'];

/** A BERT tokenizer of twelve pieces in the form of a tokenizer.json, with padding and truncation to be ignored. */
export const tinyTokenizerJson = wordPieceJson(SPECIAL, PIECES, {
  truncation: { max_length: 4, strategy: 'LongestFirst', stride: 0 },
  padding: {
    strategy: { Fixed: 16 },
    direction: 'Right',
    pad_to_multiple_of: null,
    pad_id: 0,
    pad_type_id: 0,
    pad_token: '[PAD]',
  },
});
