import { createPace } from '../../pace.js';
import type { StageContext } from '../../ports.js';
import { type LinearSeparator, SVM_DEFAULTS, scoreOf, trainSeparator } from './linearSvm.js';
import type { SparseRows } from './sparse.js';
import { TfidfVectorizer } from './vectorizer.js';

export interface LabelledTexts {
  readonly texts: readonly string[];
  /** Indices of the labels. */
  readonly classes: Int32Array;
}

/**
 * The baseline every text classifier must be measured against: a linear support vector machine on TF-IDF, one
 * against the rest when there are more than two labels.
 * @returns the predicted class of each of `texts`
 * @throws CANCELLED
 */
export const predictTfidfLinear = async (
  ctx: Pick<StageContext, 'signal' | 'progress'>,
  train: LabelledTexts,
  labels: number,
  texts: readonly string[],
): Promise<Int32Array> => {
  const pace = createPace(ctx, { activity: 'training the TF-IDF baseline', unit: 'texts' });
  const vectorizer = new TfidfVectorizer();
  const trainRows = await vectorizer.fit(train.texts, pace);
  const rows = await vectorizer.transform(texts, pace);
  const separators: LinearSeparator[] = [];
  // Two labels need one plane: the second one's.
  for (let label = labels === 2 ? 1 : 0; label < labels; label++) {
    const positive = Uint8Array.from(train.classes, (value) => (value === label ? 1 : 0));
    separators.push(await trainSeparator(trainRows, positive, SVM_DEFAULTS, pace));
  }
  return Int32Array.from({ length: texts.length }, (_, row) => predictRow(separators, rows, row));
};

const predictRow = (separators: readonly LinearSeparator[], rows: SparseRows, row: number): number => {
  const scores = separators.map((separator) => scoreOf(separator, rows, row));
  if (scores.length === 1) return scores[0]! > 0 ? 1 : 0;
  return scores.reduce((best, score, label) => (score > scores[best]! ? label : best), 0);
};

/** The most frequent class, predicted for every row; the first one of equals. */
export const predictMajority = (classes: Int32Array, labels: number, rows: number): Int32Array => {
  const counts = new Int32Array(labels);
  for (const label of classes) counts[label]! += 1;
  return new Int32Array(rows).fill(counts.indexOf(Math.max(...counts)));
};
