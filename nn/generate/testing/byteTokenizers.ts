import { Tokenizer } from 'tokenizers';
import type { Detokenize } from '../textPieces.js';

/** GPT-2's visible stand-in for each byte. */
function byteLetters(): string[] {
  const visible = (byte: number) =>
    (byte >= 33 && byte <= 126) || (byte >= 161 && byte <= 172) || byte >= 174;
  let hidden = 0;
  return Array.from({ length: 256 }, (_, byte) => {
    const code = visible(byte) ? byte : 256 + hidden;
    if (!visible(byte)) hidden += 1;
    return String.fromCodePoint(code);
  });
}

const common = {
  version: '1.0',
  truncation: null,
  padding: null,
  added_tokens: [],
  normalizer: null,
  post_processor: null,
};

const model = (vocabulary: readonly string[], byteFallback: boolean) => ({
  type: 'BPE',
  dropout: null,
  unk_token: null,
  continuing_subword_prefix: null,
  end_of_word_suffix: null,
  fuse_unk: false,
  byte_fallback: byteFallback,
  ignore_merges: false,
  vocab: Object.fromEntries(vocabulary.map((token, id) => [token, id])),
  merges: [],
});

const byteLevel = { type: 'ByteLevel', add_prefix_space: false, trim_offsets: true, use_regex: true };
const hex = (byte: number) => `<0x${byte.toString(16).toUpperCase().padStart(2, '0')}>`;

/** Tokens are the 256 bytes in GPT-2's form, so that most characters take several. */
export const byteLevelJson = JSON.stringify({
  ...common,
  pre_tokenizer: byteLevel,
  decoder: byteLevel,
  model: model(byteLetters(), false),
});

/** The same in LLaMA's form, with word pieces whose spaces are U+2581; the first space of a text is dropped. */
export const byteFallbackJson = JSON.stringify({
  ...common,
  pre_tokenizer: null,
  decoder: {
    type: 'Sequence',
    decoders: [
      { type: 'Replace', pattern: { String: '\u2581' }, content: ' ' },
      { type: 'ByteFallback' },
      { type: 'Fuse' },
      { type: 'Strip', content: ' ', start: 1, stop: 0 },
    ],
  },
  model: model([...Array.from({ length: 256 }, (_, byte) => hex(byte)), '\u2581', '\u2581word', 's'], true),
});

export function detokenizer(json: string): Detokenize {
  const tokenizer = Tokenizer.fromString(json);
  return (ids) => tokenizer.decode([...ids], true);
}
