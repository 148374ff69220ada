import {
  type DatasetRow,
  plumblineError,
  type SplitName,
  type TrainModelInput,
} from '../../contracts/index.js';
import { type Example, loadTokenizer } from '../../nn/index.js';
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
  const unknown = rows.find(({ label }) => !labels.includes(label));
  if (unknown !== undefined)
    throw plumblineError(
      'LABEL_UNKNOWN',
      `row ${unknown.recordId} of dataset ${datasetId} has label "${unknown.label}"; the pipeline names ${labels.join(', ')}`,
    );
  const ofSplit = (split: SplitName) => {
    const found = rows.filter((row) => row.split === split);
    const missing = labels.filter((label) => !found.some((row) => row.label === label));
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

/** @throws TOKENIZER_INVALID */
export const tokenise = async (
  rows: readonly DatasetRow[],
  options: {
    readonly tokenizerJson: Uint8Array;
    readonly labels: readonly string[];
    readonly maxLength: number;
  },
): Promise<Example[]> => {
  const tokenizer = await loadTokenizer(options.tokenizerJson);
  const encoded = await tokenizer.encodeBatch(
    rows.map(({ text }) => text),
    { maxLength: options.maxLength },
  );
  return encoded.map(({ ids }, index) => ({
    ids,
    target: Int32Array.of(options.labels.indexOf(rows[index]!.label)),
  }));
};
