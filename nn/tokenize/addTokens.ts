import { byteLevelAlphabet } from 'tokenizers';
import { NnError } from '../errors.js';
import { type Json, TOKEN_LENGTH_MAX } from './file/fields.js';
import { readTokenizerFile, tokenizerText } from './file/readTokenizerFile.js';
import { components } from './file/sequence.js';

export interface AddedTokenOptions {
  /** Marks rather than words: found anywhere in the text as it is written, and left out where such tokens are. */
  readonly special?: boolean;
}

/**
 * The tokenizer.json with words of a domain as tokens of their own. Old tokens keep their ids, words that are tokens already
 * are left alone, new ones get the ids after the largest. They match whole words only, in the text as the normaliser leaves
 * it, before the model sees it. The embedding must grow with it, see `growEmbedding`.
 *
 * Throws TOKENIZER_INVALID for a word that is empty, too long, holds spaces, or could not be written back.
 */
export function addTokens(
  tokenizerJson: Uint8Array | string,
  words: readonly string[],
  { special = false }: AddedTokenOptions = {},
): string {
  const file = readTokenizerFile(tokenizerJson);
  const { json, vocabulary } = file;
  const fresh = [...new Set(words)].filter((word) => !vocabulary.has(word));
  const first = [...vocabulary.values()].reduce((largest, id) => Math.max(largest, id), -1) + 1;
  const refusal = refusalOf(json);
  const added = fresh.map((content, i) => {
    const reason = refusal(content);
    if (reason !== undefined) {
      throw new NnError('TOKENIZER_INVALID', `${JSON.stringify(content)} cannot be a token: ${reason}`);
    }
    const flags = { single_word: !special, lstrip: false, rstrip: false, normalized: !special, special };
    return { id: first + i, content, ...flags };
  });
  const all = [...((json['added_tokens'] ?? []) as Json[]), ...added];
  const grown = tokenizerText({ ...file, json: { ...json, added_tokens: all } });
  readTokenizerFile(grown);
  return grown;
}

/** Why a word cannot be a token of its own; `undefined` where it can. */
export function refusalOf(json: Json): (word: string) => string | undefined {
  const garbled = garbledBy(json);
  return (word) => {
    if (/^$|\s/u.test(word)) return 'it is no single word';
    if (word.length > TOKEN_LENGTH_MAX) return `it has more than ${TOKEN_LENGTH_MAX} characters`;
    return garbled(word) ? 'the decoder takes its letters for bytes' : undefined;
  };
}

/** A byte-level decoder reads letters such as ü, which stand for bytes in the model's tokens, as bytes in added ones too. */
function garbledBy({ decoder, normalizer }: Json): (word: string) => boolean {
  const isByteLevel = (part: Json) => part['type'] === 'ByteLevel';
  if (!components(decoder, 'decoders', 'decoder').some(isByteLevel)) return () => false;
  // Such a normaliser turns added tokens into bytes as well, so they come back.
  if (components(normalizer, 'normalizers', 'normalizer').some(isByteLevel)) return () => false;
  const bytes = new Set(byteLevelAlphabet());
  return (word) => /[^!-~]/.test(word) && [...word].every((character) => bytes.has(character));
}
