import { plumblineError } from '../../../contracts/index.js';

/** True and predicted classes of the same rows, as indices into `labels`. */
export interface Judged {
  readonly labels: readonly string[];
  readonly truth: Int32Array;
  readonly predicted: Int32Array;
}

/** @throws LABEL_UNKNOWN for a label that is not one of `labels` */
export const indexLabels = (labels: readonly string[], values: readonly string[]): Int32Array => {
  const indices = new Map(labels.map((label, index) => [label, index]));
  return Int32Array.from(values, (value) => {
    const index = indices.get(value);
    if (index === undefined)
      throw plumblineError('LABEL_UNKNOWN', `"${value}" is not one of the labels ${labels.join(', ')}.`);
    return index;
  });
};

/** @throws LABEL_UNKNOWN */
export const judge = (
  labels: readonly string[],
  rows: readonly { readonly label: string; readonly predicted: string }[],
): Judged => ({
  labels,
  truth: indexLabels(
    labels,
    rows.map((row) => row.label),
  ),
  predicted: indexLabels(
    labels,
    rows.map((row) => row.predicted),
  ),
});

/** counts[true][predicted] */
export const confusionOf = ({ labels, truth, predicted }: Judged): number[][] => {
  const counts = labels.map(() => labels.map(() => 0));
  truth.forEach((label, row) => {
    counts[label]![predicted[row]!]! += 1;
  });
  return counts;
};
