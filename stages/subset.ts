import { type Entity, plumblineError } from '../contracts/index.js';
import { sha256Hex } from './digest.js';

interface SubsetRow {
  readonly recordId: string;
  readonly label: string;
  readonly entities?: readonly Entity[] | undefined;
}

/**
 * The rows that a training run of fewer rows uses, the same for whoever asks: rows of each label are ordered by
 * SHA-256 of `${seed}:${recordId}`, and a row's place is its rank within its label divided by the label's size
 * (ties by that hash). So the first row of every label comes first, every prefix has the labels in the
 * proportion of the whole within one row, and a smaller subset lies within a larger one. Rows with entities have too
 * many labels together to be drawn evenly: they are drawn as if all had one.
 * @returns the first `count` rows, or all of them in that order when there are not so many
 * @throws DATASET_INVALID when `count` cannot hold one row of every label
 */
export const firstRowsByHash = <R extends SubsetRow>(
  rows: readonly R[],
  count: number,
  seed: number,
): R[] => {
  const labels = new Map<string, { row: R; hash: string; place: number }[]>();
  for (const row of rows) {
    const label = row.entities === undefined ? row.label : '';
    const ofLabel = labels.get(label) ?? [];
    labels.set(label, ofLabel);
    ofLabel.push({ row, hash: sha256Hex(`${seed}:${row.recordId}`), place: 0 });
  }
  if (count < labels.size && rows.length > count)
    throw plumblineError(
      'DATASET_INVALID',
      `${count} training rows cannot hold one row of each of the ${labels.size} labels.`,
    );
  for (const ofLabel of labels.values()) {
    ofLabel.sort(byHash);
    ofLabel.forEach((entry, rank) => {
      entry.place = rank / ofLabel.length;
    });
  }
  return [...labels.values()]
    .flat()
    .sort((a, b) => a.place - b.place || byHash(a, b))
    .slice(0, count)
    .map(({ row }) => row);
};

const byHash = (a: { readonly hash: string }, b: { readonly hash: string }): number =>
  a.hash < b.hash ? -1 : a.hash > b.hash ? 1 : 0;
