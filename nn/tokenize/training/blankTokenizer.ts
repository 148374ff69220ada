export const VOCABULARY_KINDS = ['wordpiece', 'bpe'] as const;
export type VocabularyKind = (typeof VOCABULARY_KINDS)[number];

type Members = Readonly<Record<string, unknown>>;

/** What the makers of such models call these tokens, by the name `transformers` gives their role. */
export const BLANK_TOKENS: { readonly [K in VocabularyKind]: Readonly<Record<string, string>> } = {
  wordpiece: {
    pad_token: '[PAD]',
    unk_token: '[UNK]',
    cls_token: '[CLS]',
    sep_token: '[SEP]',
    mask_token: '[MASK]',
  },
  bpe: { bos_token: '<s>', pad_token: '<pad>', eos_token: '</s>', mask_token: '<mask>' },
};

/**
 * A tokenizer.json with special tokens only, for `trainVocabulary` where there is no base model: `wordpiece` as BERT has it,
 * lower-cased; `bpe` over bytes as GPT-2 has it, with RoBERTa's tokens around texts.
 */
export function blankTokenizer(kind: VocabularyKind): string {
  const tokens = Object.values(BLANK_TOKENS[kind]);
  const rules = kind === 'wordpiece' ? wordPiece(tokens) : byteLevelBpe(tokens);
  const flags = { special: true, single_word: false, lstrip: false, rstrip: false, normalized: false };
  return JSON.stringify({
    version: '1.0',
    truncation: null,
    padding: null,
    added_tokens: tokens.map((content, id) => ({ id, content, ...flags })),
    ...rules,
  });
}

const numbered = (tokens: readonly string[]) => Object.fromEntries(tokens.map((token, id) => [token, id]));

function wordPiece(tokens: readonly string[]): Members {
  return {
    normalizer: {
      type: 'BertNormalizer',
      clean_text: true,
      handle_chinese_chars: true,
      strip_accents: null,
      lowercase: true,
    },
    pre_tokenizer: { type: 'BertPreTokenizer' },
    post_processor: around(tokens, '[CLS]', '[SEP]', 1),
    decoder: { type: 'WordPiece', prefix: '##', cleanup: true },
    model: {
      type: 'WordPiece',
      unk_token: '[UNK]',
      continuing_subword_prefix: '##',
      max_input_chars_per_word: 100,
      vocab: numbered(tokens),
    },
  };
}

function byteLevelBpe(tokens: readonly string[]): Members {
  const byteLevel = { type: 'ByteLevel', add_prefix_space: false, trim_offsets: true, use_regex: true };
  return {
    normalizer: null,
    pre_tokenizer: byteLevel,
    post_processor: around(tokens, '<s>', '</s>', 0),
    decoder: byteLevel,
    model: {
      type: 'BPE',
      dropout: null,
      unk_token: null,
      continuing_subword_prefix: null,
      end_of_word_suffix: null,
      fuse_unk: false,
      byte_fallback: false,
      vocab: numbered(tokens),
      merges: [],
    },
  };
}

/** `secondType` is the type of the tokens of a pair's second text. */
function around(tokens: readonly string[], begin: string, end: string, secondType: number): Members {
  const special = (id: string, type: number) => ({ SpecialToken: { id, type_id: type } });
  const first = { Sequence: { id: 'A', type_id: 0 } };
  const second = { Sequence: { id: 'B', type_id: secondType } };
  const single = [special(begin, 0), first, special(end, 0)];
  const named = (id: string) => [id, { id, ids: [tokens.indexOf(id)], tokens: [id] }] as const;
  return {
    type: 'TemplateProcessing',
    single,
    pair: [...single, second, special(end, secondType)],
    special_tokens: Object.fromEntries([named(begin), named(end)]),
  };
}
