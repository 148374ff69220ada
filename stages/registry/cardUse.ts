import type { Task } from '../../contracts/index.js';

/** What a model card says of a task. */
interface CardUse {
  readonly kind: string;
  /** Goes on with the labels. */
  readonly does: string;
  /** How the folder is used with `transformers` and with ONNX Runtime. */
  readonly how: readonly string[];
  limit(maxLength: number): string;
}

const python = (...lines: readonly string[]): string[] => [
  '```python',
  'from transformers import pipeline',
  ...lines,
  '```',
  '',
];
const firstTokens = (maxLength: number): string => `- Only the first ${maxLength} tokens of a text are read.`;
const SERVED =
  '`model.onnx` is the same model for ONNX Runtime: inputs `input_ids` and `attention_mask` (int64, batch x';

const USES: { readonly [T in Task]: CardUse } = {
  'sequence-classification': {
    kind: 'A text classifier',
    does: 'Sorts one text into one of:',
    how: [
      ...python(
        'classify = pipeline("text-classification", model="PATH_OF_THIS_FOLDER", truncation=True)',
        'classify("the text")',
      ),
      SERVED,
      'sequence), outputs `logits` and `embedding`.',
    ],
    limit: firstTokens,
  },
  'token-classification': {
    kind: 'A finder of entities',
    does: 'Finds in a text the entities of the types:',
    how: [
      ...python(
        'extract = pipeline("token-classification", model="PATH_OF_THIS_FOLDER", aggregation_strategy="first")',
        'extract("the text")',
      ),
      SERVED,
      "sequence), outputs `logits` (batch x sequence x BIO tags) and `embedding`. The first token of a word has the word's tag.",
    ],
    limit: (maxLength) =>
      `- A text is read in overlapping windows of ${maxLength} tokens; nothing is seen beyond one.`,
  },
  'relation-classification': {
    kind: 'A classifier of relations',
    does: 'Says how two marked spans of a text are related, by one of:',
    how: [
      ...python(
        'classify = pipeline("text-classification", model="PATH_OF_THIS_FOLDER", truncation=True)',
        'classify("[E1] Acme [/E1] bought [E2] Initech [/E2].")',
      ),
      SERVED,
      'sequence), outputs `logits` and `embedding`. The markers are tokens of `tokenizer.json`.',
    ],
    limit: (maxLength) => `${firstTokens(maxLength)} A span that stands after them is not seen.`,
  },
};

export const cardUse = (task: Task): CardUse => USES[task];
