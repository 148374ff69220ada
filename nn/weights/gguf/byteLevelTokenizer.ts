import { optionalText, optionalTexts } from './fields.js';
import type { Metadata } from './metadata.js';
import { invalid } from './tokenizerError.js';
import type { TokenizerJson, TokenizerPart, Vocabulary } from './vocabulary.js';

interface PreTokenizer {
  readonly json: TokenizerJson;
  /** A word that is a token is taken whole, whatever the merges say. */
  readonly ignoreMerges: boolean;
  readonly addsBos: boolean;
}

const byteLevel = (use_regex: boolean): TokenizerJson => ({
  type: 'ByteLevel',
  add_prefix_space: false,
  trim_offsets: true,
  use_regex,
});

const GPT2: PreTokenizer = { json: byteLevel(true), ignoreMerges: false, addsBos: false };

const LLAMA3: PreTokenizer = {
  json: {
    type: 'Sequence',
    pretokenizers: [
      {
        type: 'Split',
        pattern: {
          Regex:
            "(?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\\r\\n\\p{L}\\p{N}]?\\p{L}+|\\p{N}{1,3}| ?[^\\s\\p{L}\\p{N}]+[\\r\\n]*|\\s*[\\r\\n]+|\\s+(?!\\S)|\\s+",
        },
        behavior: 'Isolated',
        invert: false,
      },
      byteLevel(false),
    ],
  },
  ignoreMerges: true,
  addsBos: true,
};

const SMOLLM: PreTokenizer = {
  json: { type: 'Sequence', pretokenizers: [{ type: 'Digits', individual_digits: true }, byteLevel(true)] },
  ignoreMerges: false,
  addsBos: false,
};

/** By `tokenizer.ggml.pre`, source: `llama_vocab::impl::load` in llama.cpp's llama-vocab.cpp. */
const PRE_TOKENIZERS: ReadonlyMap<string, PreTokenizer> = new Map([
  ['gpt-2', GPT2],
  ['llama-bpe', LLAMA3],
  ['llama3', LLAMA3],
  ['llama-v3', LLAMA3],
  ['smollm', SMOLLM],
]);

/** A byte-level BPE vocabulary with its merges, as GPT-2 and LLAMA 3 have it. Throws TOKENIZER_INVALID. */
export function byteLevelJson(metadata: Metadata, { ids }: Vocabulary): TokenizerPart {
  const name = optionalText(metadata, 'tokenizer.ggml.pre') ?? 'default';
  const known = PRE_TOKENIZERS.get(name);
  if (!known) {
    throw invalid(
      `its pre-tokenizer is ${JSON.stringify(name)}; known are ${[...PRE_TOKENIZERS.keys()].join(', ')}`,
    );
  }
  const merges = optionalTexts(metadata, 'tokenizer.ggml.merges');
  if (!merges) throw invalid('it has no merges');
  return {
    addsBos: known.addsBos,
    postProcessor: { ...byteLevel(true), trim_offsets: false },
    json: {
      normalizer: null,
      pre_tokenizer: known.json,
      decoder: byteLevel(true),
      model: {
        type: 'BPE',
        dropout: null,
        unk_token: null,
        continuing_subword_prefix: null,
        end_of_word_suffix: null,
        fuse_unk: false,
        byte_fallback: false,
        ignore_merges: known.ignoreMerges,
        vocab: Object.fromEntries(ids),
        merges: merges.map((merge) => pair(merge, ids)),
      },
    },
  };
}

function pair(merge: string, ids: ReadonlyMap<string, number>): [string, string] {
  const space = merge.indexOf(' ', 1);
  const left = merge.slice(0, space);
  const right = merge.slice(space + 1);
  if (space < 0 || !ids.has(left) || !ids.has(right) || !ids.has(left + right)) {
    throw invalid(`the merge ${JSON.stringify(merge.slice(0, 80))} joins no two tokens to a third`);
  }
  return [left, right];
}
