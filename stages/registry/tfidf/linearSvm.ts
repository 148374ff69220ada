import { Random } from '../../../nn/index.js';
import type { Pace } from '../../pace.js';
import { addRow, dotRow, type SparseRows, squaredNorm } from './sparse.js';

/** One separating plane: positive scores say yes. */
export interface LinearSeparator {
  readonly weights: Float64Array;
  readonly bias: number;
}

export interface SvmOptions {
  /** Price of an error against the size of the weights. */
  readonly cost: number;
  /** Ends when no dual gradient differs by more from the optimum. */
  readonly tolerance: number;
  readonly passesMax: number;
  readonly seed: number;
}

export const SVM_DEFAULTS: SvmOptions = { cost: 1, tolerance: 1e-4, passesMax: 1000, seed: 0 };

/**
 * L2-regularised L2-loss support vector machine by dual coordinate descent (Hsieh et al. 2008, algorithm 1,
 * without shrinking); the bias is the weight of a feature that is always 1. Same optimum as scikit-learn's
 * `LinearSVC(C=cost)`.
 * @param positive which rows are of the class
 * @throws CANCELLED
 */
export const trainSeparator = async (
  rows: SparseRows,
  positive: Uint8Array,
  { cost, tolerance, passesMax, seed }: SvmOptions,
  pace: Pace,
): Promise<LinearSeparator> => {
  const diagonal = 1 / (2 * cost);
  const curvature = Float64Array.from(
    { length: rows.rows },
    (_, row) => squaredNorm(rows, row) + 1 + diagonal,
  );
  const alpha = new Float64Array(rows.rows);
  const weights = new Float64Array(rows.columns);
  let bias = 0;
  const random = new Random(seed);
  const order = Int32Array.from({ length: rows.rows }, (_, row) => row);
  for (let pass = 0; pass < passesMax; pass++) {
    let largest = Number.NEGATIVE_INFINITY;
    let smallest = Number.POSITIVE_INFINITY;
    for (const row of random.shuffle(order)) {
      const sign = positive[row] === 1 ? 1 : -1;
      const before = alpha[row]!;
      const gradient = sign * (dotRow(rows, row, weights) + bias) - 1 + diagonal * before;
      const projected = before === 0 ? Math.min(gradient, 0) : gradient;
      largest = Math.max(largest, projected);
      smallest = Math.min(smallest, projected);
      if (projected === 0) continue;
      alpha[row] = Math.max(before - gradient / curvature[row]!, 0);
      const change = (alpha[row]! - before) * sign;
      addRow(rows, row, change, weights);
      bias += change;
    }
    await pace.tick(pass);
    if (largest - smallest <= tolerance) break;
  }
  return { weights, bias };
};

export const scoreOf = ({ weights, bias }: LinearSeparator, rows: SparseRows, row: number): number =>
  dotRow(rows, row, weights) + bias;
