import { byteLevelJson } from './byteLevelTokenizer.js';
import { optionalFlag, optionalNumbers, optionalText, optionalTexts, optionalToken } from './fields.js';
import type { Metadata } from './metadata.js';
import { sentencePieceJson } from './sentencePieceTokenizer.js';
import { invalid } from './tokenizerError.js';
import type { TokenizerJson, TokenizerPart, Vocabulary } from './vocabulary.js';

const UNKNOWN = 2;
const CONTROL = 3;
const USER_DEFINED = 4;

/**
 * The content of the `tokenizer.json` that does what a GGUF file's vocabulary describes: kind `llama` (SentencePiece
 * BPE with scores) and kind `gpt2` (byte-level BPE with merges) with the pre-tokenizers of `PRE_TOKENIZERS`. Not
 * covered: the kinds `bert`, `t5`, `rwkv` and `plamo2`, other pre-tokenizers, chat templates (they belong to
 * tokenizer_config.json), and a SentencePiece `precompiled_charsmap`, which LLaMA does not use.
 *
 * Throws TOKENIZER_INVALID for what is not covered or does not fit together, WEIGHTS_CORRUPT for values of a wrong type.
 */
export function ggufTokenizerJson(metadata: Metadata): TokenizerJson {
  const kind = optionalText(metadata, 'tokenizer.ggml.model');
  const vocabulary = readVocabulary(metadata);
  const special = (name: string) => {
    const id = optionalToken(metadata, `tokenizer.ggml.${name}_token_id`, vocabulary.tokens.length);
    return id === undefined ? undefined : vocabulary.tokens[id]!;
  };
  const part = tokenizerPart(kind, metadata, vocabulary, special('unknown'));
  const bos = optionalFlag(metadata, 'tokenizer.ggml.add_bos_token') ?? part.addsBos;
  const eos = optionalFlag(metadata, 'tokenizer.ggml.add_eos_token') ?? false;
  const around = {
    before: bos ? special('bos') : undefined,
    after: eos ? special('eos') : undefined,
  };
  return {
    version: '1.0',
    truncation: null,
    padding: null,
    added_tokens: addedTokens(vocabulary),
    ...part.json,
    post_processor: template(vocabulary, around) ?? part.postProcessor,
  };
}

function tokenizerPart(
  kind: string | undefined,
  metadata: Metadata,
  vocabulary: Vocabulary,
  unknown: string | undefined,
): TokenizerPart {
  switch (kind) {
    case 'llama':
      return sentencePieceJson(metadata, vocabulary, unknown);
    case 'gpt2':
      return byteLevelJson(metadata, vocabulary);
    default:
      throw invalid(`its kind is ${kind ?? 'not named'}; known are llama and gpt2`);
  }
}

function readVocabulary(metadata: Metadata): Vocabulary {
  const tokens = optionalTexts(metadata, 'tokenizer.ggml.tokens');
  if (!tokens) throw invalid('the file holds no tokens');
  const ids = new Map(tokens.map((token, id) => [token, id]));
  if (ids.size !== tokens.length) throw invalid(`${tokens.length - ids.size} tokens occur twice`);
  const types = optionalNumbers(metadata, 'tokenizer.ggml.token_type', tokens.length);
  return { tokens, ids, types: types ?? tokens.map(() => 1) };
}

function addedTokens({ tokens, types }: Vocabulary): TokenizerJson[] {
  return tokens.flatMap((content, id) => {
    const type = types[id]!;
    if (type !== UNKNOWN && type !== CONTROL && type !== USER_DEFINED) return [];
    const special = type !== USER_DEFINED;
    return [{ id, content, single_word: false, lstrip: false, rstrip: false, normalized: false, special }];
  });
}

function template(
  { ids }: Vocabulary,
  { before, after }: { readonly before: string | undefined; readonly after: string | undefined },
): TokenizerJson | undefined {
  const around = [before, after].filter((token) => token !== undefined);
  if (around.length === 0) return undefined;
  const piece = (token: string | undefined, type_id: number) =>
    token === undefined ? [] : [{ SpecialToken: { id: token, type_id } }];
  const sequence = (id: 'A' | 'B', type_id: number) => [
    ...piece(before, type_id),
    { Sequence: { id, type_id } },
    ...piece(after, type_id),
  ];
  return {
    type: 'TemplateProcessing',
    single: sequence('A', 0),
    pair: [...sequence('A', 0), ...sequence('B', 1)],
    special_tokens: Object.fromEntries(
      around.map((token) => [token, { id: token, ids: [ids.get(token)], tokens: [token] }]),
    ),
  };
}
