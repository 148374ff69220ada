import { type Entity, type EvaluationRow, plumblineError } from '../../../contracts/index.js';

/** True and predicted classes of the same rows, as indices into `labels`. */
export interface Judged {
  readonly labels: readonly string[];
  readonly truth: Int32Array;
  readonly predicted: Int32Array;
}

/** Entities of the same rows as counts, row-major [rows, labels]: what is right is right to the character. */
export interface JudgedEntities {
  readonly labels: readonly string[];
  readonly hits: Uint32Array;
  readonly actual: Uint32Array;
  readonly predicted: Uint32Array;
  /** 1 for a row whose entities are all found, and no other. */
  readonly whole: Uint8Array;
  /** [labels, labels]: entities of the first label found with the very same bounds as of the second. */
  readonly confusion: Uint32Array;
}

/** What a model said of rows, beside what is true. */
export type Judgement = Judged | JudgedEntities;

export const rowsOf = (judged: Judgement): number =>
  'truth' in judged ? judged.truth.length : judged.whole.length;

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

/** @throws LABEL_UNKNOWN */
export const judgeEntities = (
  labels: readonly string[],
  rows: readonly { readonly truth: readonly Entity[]; readonly found: readonly Entity[] }[],
): JudgedEntities => {
  const size = labels.length;
  const counts = () => new Uint32Array(rows.length * size);
  const [hits, actual, predicted] = [counts(), counts(), counts()];
  const whole = new Uint8Array(rows.length);
  const confusion = new Uint32Array(size * size);
  const placeOf = ({ start, end }: Entity) => `${start}-${end}`;
  rows.forEach(({ truth, found }, row) => {
    const truths = indexLabels(labels, namesOf(truth));
    const founds = indexLabels(labels, namesOf(found));
    const places = new Map(found.map((entity, index) => [placeOf(entity), founds[index]!]));
    let right = 0;
    truth.forEach((entity, index) => {
      const label = truths[index]!;
      actual[row * size + label]! += 1;
      const guess = places.get(placeOf(entity));
      if (guess === undefined) return;
      confusion[label * size + guess]! += 1;
      if (guess !== label) return;
      hits[row * size + label]! += 1;
      right += 1;
    });
    for (const label of founds) predicted[row * size + label]! += 1;
    whole[row] = right === truth.length && right === found.length ? 1 : 0;
  });
  return { labels, hits, actual, predicted, whole, confusion };
};

const namesOf = (entities: readonly Entity[]): string[] => entities.map(({ label }) => label);

/** Judges rows by their entities where they have some to compare, else by their labels. @throws LABEL_UNKNOWN */
export const judgeRows = (
  labels: readonly string[],
  rows: readonly Pick<EvaluationRow, 'label' | 'predicted' | 'entities' | 'predictedEntities'>[],
): Judgement =>
  rows.some(({ entities }) => entities !== undefined)
    ? judgeEntities(
        labels,
        rows.map(({ entities = [], predictedEntities = [] }) => ({
          truth: entities,
          found: predictedEntities,
        })),
      )
    : judge(labels, rows);

/** counts[true][predicted] */
export const confusionOf = (judged: Judgement): number[][] => {
  const { labels } = judged;
  if (!('truth' in judged))
    return labels.map((_, label) =>
      Array.from(judged.confusion.subarray(label * labels.length, (label + 1) * labels.length)),
    );
  const counts = labels.map(() => labels.map(() => 0));
  judged.truth.forEach((label, row) => {
    counts[label]![judged.predicted[row]!]! += 1;
  });
  return counts;
};

/** Rows, or entities, of each label. */
export const supportOf = (judged: Judgement): number[] => {
  const size = judged.labels.length;
  if ('truth' in judged)
    return confusionOf(judged).map((counts) => counts.reduce((sum, count) => sum + count, 0));
  return judged.labels.map((_, label) => {
    let sum = 0;
    for (let at = label; at < judged.actual.length; at += size) sum += judged.actual[at]!;
    return sum;
  });
};
