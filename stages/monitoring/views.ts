import { plumblineError } from '../../contracts/index.js';
import type { View } from './kernel.js';

/** Below this a probability says no more than "very unlikely"; its logarithm must stay finite. */
const PROBABILITY_MIN = 1e-7;

interface Row {
  readonly embedding: readonly number[];
  readonly scores: readonly number[];
}

/** @throws SHAPE_MISMATCH when rows of one sample or of both differ in size */
const viewOf = (what: string, rows: readonly (readonly number[])[]): View => {
  const dims = rows[0]?.length ?? 0;
  const points = new Float64Array(rows.length * dims);
  rows.forEach((row, index) => {
    if (row.length !== dims)
      throw plumblineError(
        'SHAPE_MISMATCH',
        `${what} of ${row.length} and of ${dims} values cannot be compared: window and reference must come of one model`,
      );
    points.set(row, index * dims);
  });
  return { dims, points };
};

/**
 * What the test looks at: embeddings, and the logarithms of the scores. Scores of a sure model lie in the corners
 * of the simplex, where distances between them say little; their logarithms are the model's logits but for a constant.
 */
export const viewsOf = (rows: readonly Row[]): View[] => [
  viewOf(
    'embeddings',
    rows.map(({ embedding }) => embedding),
  ),
  viewOf(
    'scores',
    rows.map(({ scores }) => scores.map((score) => Math.log(Math.max(score, PROBABILITY_MIN)))),
  ),
];
