import { plumblineError } from '../../contracts/index.js';
import { architectureOf, configText, type Model } from '../../nn/index.js';

const json = (value: unknown): Uint8Array =>
  new TextEncoder().encode(`${JSON.stringify(value, undefined, 2)}\n`);

/** Special tokens as the families write them, by the name `transformers` gives their role. */
const SPECIAL_TOKENS = {
  bos_token: ['<s>', '<|begin_of_text|>', '<|endoftext|>'],
  eos_token: ['</s>', '<|end_of_text|>', '<|endoftext|>'],
  unk_token: ['[UNK]', '<unk>', '<|endoftext|>'],
  sep_token: ['[SEP]', '</s>'],
  pad_token: ['[PAD]', '<pad>'],
  cls_token: ['[CLS]', '<s>'],
  mask_token: ['[MASK]', '<mask>'],
} as const;

/** The roles that an encoder's tokenizer has; a decoder's has begin, end and unknown. */
const ENCODER_ROLES = ['unk_token', 'sep_token', 'pad_token', 'cls_token', 'mask_token'] as const;
const DECODER_ROLES = ['bos_token', 'eos_token', 'unk_token', 'pad_token'] as const;

/** The tokens written in tokenizer.json. @throws TOKENIZER_INVALID */
const addedTokens = (tokenizerJson: Uint8Array): ReadonlySet<string> => {
  let parsed: unknown;
  try {
    parsed = JSON.parse(new TextDecoder().decode(tokenizerJson));
  } catch (cause) {
    throw plumblineError('TOKENIZER_INVALID', 'tokenizer.json is not JSON.', { cause });
  }
  const tokens =
    typeof parsed === 'object' && parsed !== null && 'added_tokens' in parsed && parsed.added_tokens;
  if (!Array.isArray(tokens))
    throw plumblineError('TOKENIZER_INVALID', 'tokenizer.json has no added_tokens.');
  return new Set(tokens.map((token: { content?: unknown }) => String(token.content)));
};

export interface HuggingFaceSource {
  readonly model: Model;
  /** The base model's config.json, parsed. */
  readonly config: Readonly<Record<string, unknown>>;
  readonly tokenizerJson: Uint8Array;
  /** Tokens a text is cut at. */
  readonly maxLength: number;
}

/**
 * What `transformers`' AutoModelForSequenceClassification, or AutoModelForTokenClassification, and AutoTokenizer load beside
 * the weights: file name -> bytes.
 * @throws TOKENIZER_INVALID
 */
export const huggingFaceFiles = (source: HuggingFaceSource): Record<string, Uint8Array> => {
  const { model, config, tokenizerJson, maxLength } = source;
  const { labels } = model;
  const known = addedTokens(tokenizerJson);
  const isEncoder = model.modelType === 'bert' || model.modelType === 'roberta';
  const specialTokens = Object.fromEntries(
    (isEncoder ? ENCODER_ROLES : DECODER_ROLES).flatMap((role) => {
      const token = SPECIAL_TOKENS[role].find((candidate) => known.has(candidate));
      return token === undefined ? [] : [[role, token]];
    }),
  );
  return {
    'config.json': new TextEncoder().encode(
      configText({
        ...config,
        architectures: [architectureOf(model)],
        ...(model.task === 'sequence-classification' && { problem_type: 'single_label_classification' }),
        id2label: Object.fromEntries(labels.map((label, index) => [index, label])),
        label2id: Object.fromEntries(labels.map((label, index) => [label, index])),
      }),
    ),
    'tokenizer.json': tokenizerJson,
    // The generic class takes tokenizer.json as it is; a BERT class would rebuild parts of it from a vocabulary.
    'tokenizer_config.json': json({
      tokenizer_class: 'PreTrainedTokenizerFast',
      model_max_length: maxLength,
      model_input_names:
        model.modelType === 'bert'
          ? ['input_ids', 'token_type_ids', 'attention_mask']
          : ['input_ids', 'attention_mask'],
      ...specialTokens,
    }),
    'special_tokens_map.json': json(specialTokens),
  };
};
