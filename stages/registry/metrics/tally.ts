import type { Judged } from './judged.js';

/**
 * What every figure here is computed from: rows of each class, rows predicted as it, and those of both.
 * Undefined ratios are 0, and macro-F1 is the mean over classes that occur among truths or predictions, as in
 * scikit-learn's `f1_score(average='macro', zero_division=0)`.
 */
export interface Tally {
  rows: number;
  readonly hits: Float64Array;
  readonly actual: Float64Array;
  readonly predicted: Float64Array;
}

export const emptyTally = (classes: number): Tally => ({
  rows: 0,
  hits: new Float64Array(classes),
  actual: new Float64Array(classes),
  predicted: new Float64Array(classes),
});

/** Counts the rows `drawn` (all of them, in order, by default) into a tally that is emptied first. */
export const tallyInto = (tally: Tally, { truth, predicted }: Judged, drawn?: Int32Array): Tally => {
  tally.hits.fill(0);
  tally.actual.fill(0);
  tally.predicted.fill(0);
  tally.rows = drawn?.length ?? truth.length;
  for (let i = 0; i < tally.rows; i++) {
    const row = drawn === undefined ? i : drawn[i]!;
    const label = truth[row]!;
    const guess = predicted[row]!;
    tally.actual[label]! += 1;
    tally.predicted[guess]! += 1;
    if (label === guess) tally.hits[label]! += 1;
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

export const accuracyOf = ({ hits, rows }: Tally): number =>
  ratio(
    hits.reduce((sum, count) => sum + count, 0),
    rows,
  );

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
