import { byteLevelAlphabet } from 'tokenizers';
import { NnError } from '../errors.js';
import type { Json } from './file/fields.js';
import { readTokenizerFile } from './file/readTokenizerFile.js';
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
  const { json, vocabulary } = readTokenizerFile(tokenizerJson);
  const fresh = [...new Set(words)].filter((word) => !vocabulary.has(word));
  const first = [...vocabulary.values()].reduce((largest, id) => Math.max(largest, id), -1) + 1;
  const garbled = garbledBy(json);
  const added = fresh.map((content, i) => {
    if (/^$|\s/u.test(content)) {
      throw new NnError(
        'TOKENIZER_INVALID',
        `${JSON.stringify(content)} cannot be a token; give single words`,
      );
    }
    if (garbled(content)) {
      throw new NnError(
        'TOKENIZER_INVALID',
        `${JSON.stringify(content)} cannot be a token: the decoder takes its letters for bytes`,
      );
    }
    const flags = { single_word: !special, lstrip: false, rstrip: false, normalized: !special, special };
    return { id: first + i, content, ...flags };
  });
  const grown = JSON.stringify({
    ...json,
    added_tokens: [...((json['added_tokens'] ?? []) as Json[]), ...added],
  });
  readTokenizerFile(grown);
  return grown;
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
