import {
  countedLabels,
  type DatasetRow,
  plumblineError,
  type SplitName,
  TASK_RULES,
  type Task,
  type TrainModelInput,
} from '../../contracts/index.js';
import { type Example, encodeWords, labelWords, loadTokenizer, type Tokenizer } from '../../nn/index.js';
import { firstRowsByHash } from '../subset.js';

export interface TrainingRows {
  readonly train: readonly DatasetRow[];
  readonly validation: readonly DatasetRow[];
  /** Number of training rows when they are not all of the split, else null. */
  readonly subset: number | null;
}

/**
 * The rows a run trains on and is watched by. Fewer than all are drawn with the seed of the training recipe, so
 * that a baseline on as many rows can draw the same ones.
 * @throws DATASET_INVALID when a split lacks a label, LABEL_UNKNOWN for a label the pipeline does not name
 */
export const selectRows = (
  rows: readonly DatasetRow[],
  { pipeline, datasetId, rowsMax }: TrainModelInput,
): TrainingRows => {
  const { labels } = pipeline;
  const known = new Set(labels);
  for (const row of rows) {
    const unknown = countedLabels(row).find((label) => !known.has(label));
    if (unknown === undefined) continue;
    throw plumblineError(
      'LABEL_UNKNOWN',
      `row ${row.recordId} of dataset ${datasetId} has label "${unknown}"; the pipeline names ${labels.join(', ')}`,
    );
  }
  const ofSplit = (split: SplitName) => {
    const found = rows.filter((row) => row.split === split);
    const present = new Set(found.flatMap((row) => countedLabels(row)));
    const missing = labels.filter((label) => !present.has(label));
    if (missing.length > 0)
      throw plumblineError(
        'DATASET_INVALID',
        `the ${split} split of dataset ${datasetId} has ${found.length} rows and none of label ${missing.join(', ')}`,
        { details: { split, missing } },
      );
    return found;
  };
  const train = ofSplit('train');
  const validation = ofSplit('validation');
  if (rowsMax === undefined || rowsMax >= train.length) return { train, validation, subset: null };
  return { train: firstRowsByHash(train, rowsMax, pipeline.training.seed), validation, subset: rowsMax };
};

export interface Encoding {
  readonly tokenizerJson: Uint8Array;
  readonly task: Task;
  readonly labels: readonly string[];
  readonly maxLength: number;
}

/**
 * What the trainer learns from: of a text its first tokens and its label; where entities are learnt, all of it in windows,
 * each with a tag for the first token of every word.
 * @throws TOKENIZER_INVALID
 */
export const tokenise = async (rows: readonly DatasetRow[], encoding: Encoding): Promise<Example[]> => {
  const tokenizer = await loadTokenizer(encoding.tokenizerJson);
  return TASK_RULES[encoding.task].head === 'token-classification'
    ? taggedExamples(tokenizer, rows, encoding)
    : labelledExamples(tokenizer, rows, encoding);
};

const labelledExamples = async (
  tokenizer: Tokenizer,
  rows: readonly DatasetRow[],
  { labels, maxLength }: Encoding,
): Promise<Example[]> => {
  const encoded = await tokenizer.encodeBatch(
    rows.map(({ text }) => text),
    { maxLength },
  );
  return encoded.map(({ ids }, index) => ({
    ids,
    target: Int32Array.of(labels.indexOf(rows[index]!.label)),
  }));
};

const taggedExamples = async (
  tokenizer: Tokenizer,
  rows: readonly DatasetRow[],
  { task, labels, maxLength }: Encoding,
): Promise<Example[]> => {
  const tags = TASK_RULES[task].classesOf(labels);
  const texts = await encodeWords(
    tokenizer,
    rows.map(({ text }) => text),
    maxLength,
  );
  return texts.flatMap((text, index) => {
    const targets = labelWords(text, rows[index]!.entities ?? [], tags);
    // From a window in which no word begins there is nothing to learn.
    return text.windows
      .map(({ ids }, window) => ({ ids, target: targets[window]! }))
      .filter(({ target }) => target.some((tag) => tag >= 0));
  });
};
