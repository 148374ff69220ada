import { type Judgement, rowsOf } from './judged.js';

/**
 * What every figure here is computed from: rows of each class, rows predicted as it, and those of both; of entities
 * their numbers, which makes the figures those of seqeval.
 * Undefined ratios are 0, and macro-F1 is the mean over classes that occur among truths or predictions, as in
 * scikit-learn's `f1_score(average='macro', zero_division=0)`.
 */
export interface Tally {
  rows: number;
  /** Rows without a mistake. */
  right: number;
  readonly hits: Float64Array;
  readonly actual: Float64Array;
  readonly predicted: Float64Array;
}

export const emptyTally = (classes: number): Tally => ({
  rows: 0,
  right: 0,
  hits: new Float64Array(classes),
  actual: new Float64Array(classes),
  predicted: new Float64Array(classes),
});

/** Counts the rows `drawn` (all of them, in order, by default) into a tally that is emptied first. */
export const tallyInto = (tally: Tally, judged: Judgement, drawn?: Int32Array): Tally => {
  tally.hits.fill(0);
  tally.actual.fill(0);
  tally.predicted.fill(0);
  tally.right = 0;
  tally.rows = drawn?.length ?? rowsOf(judged);
  const labels = judged.labels.length;
  for (let i = 0; i < tally.rows; i++) {
    const row = drawn === undefined ? i : drawn[i]!;
    if ('truth' in judged) {
      const label = judged.truth[row]!;
      const guess = judged.predicted[row]!;
      tally.actual[label]! += 1;
      tally.predicted[guess]! += 1;
      if (label !== guess) continue;
      tally.hits[label]! += 1;
      tally.right += 1;
    } else {
      for (let label = 0; label < labels; label++) {
        tally.hits[label]! += judged.hits[row * labels + label]!;
        tally.actual[label]! += judged.actual[row * labels + label]!;
        tally.predicted[label]! += judged.predicted[row * labels + label]!;
      }
      tally.right += judged.whole[row]!;
    }
  }
  return tally;
};

const ratio = (part: number, whole: number): number => (whole === 0 ? 0 : part / whole);

export const precisionOf = ({ hits, predicted }: Tally, label: number): number =>
  ratio(hits[label]!, predicted[label]!);

export const recallOf = ({ hits, actual }: Tally, label: number): number =>
  ratio(hits[label]!, actual[label]!);

export const f1Of = ({ hits, actual, predicted }: Tally, label: number): number =>
  ratio(2 * hits[label]!, actual[label]! + predicted[label]!);

/** Share of the rows without a mistake. */
export const accuracyOf = ({ right, rows }: Tally): number => ratio(right, rows);

export const macroF1Of = (tally: Tally): number => {
  let sum = 0;
  let occurring = 0;
  for (let label = 0; label < tally.hits.length; label++) {
    if (tally.actual[label]! + tally.predicted[label]! === 0) continue;
    sum += f1Of(tally, label);
    occurring += 1;
  }
  return ratio(sum, occurring);
};

const total = (counts: Float64Array): number => counts.reduce((sum, count) => sum + count, 0);

/** Precision, recall and F1 of all labels together: of entities what seqeval calls micro average. */
export const totalsOf = ({
  hits,
  actual,
  predicted,
}: Tally): [precision: number, recall: number, f1: number] => {
  const right = total(hits);
  return [
    ratio(right, total(predicted)),
    ratio(right, total(actual)),
    ratio(2 * right, total(predicted) + total(actual)),
  ];
};
