import { Random } from '../../nn/index.js';
import type { Pace } from '../pace.js';
import { kernelMatrix, type View } from './kernel.js';

export interface TwoSampleInput {
  /** The pooled points of each view: first the window's rows, then the reference's. */
  readonly views: readonly View[];
  /** At least 2 each. */
  readonly windowRows: number;
  readonly referenceRows: number;
  readonly permutations: number;
  readonly falseAlarmRate: number;
  readonly seed: number;
  readonly pace: Pace;
}

export interface TwoSampleResult {
  /** Unbiased estimate of MMD²; about 0, also below, where the samples are alike. */
  readonly statistic: number;
  /** The statistic above which the p-value is at most `falseAlarmRate`; null where no statistic can be. */
  readonly threshold: number | null;
  readonly pValue: number;
}

/** Sums of equal kernel values in another order differ by less than this. */
const ROUNDING = 1e-9;

/**
 * Do the window and the reference come from one distribution? The statistic is the unbiased MMD² (Gretton, Borgwardt,
 * Rasch, Schölkopf and Smola 2012, equation 3); its null distribution is that of the same pool dealt at random into
 * two samples of these sizes, which makes the false-alarm rate exact for any distribution of independent rows. The p-value counts the
 * observed deal as one of them (Phipson and Smyth 2010), so it is never 0.
 */
export const twoSampleTest = async (input: TwoSampleInput): Promise<TwoSampleResult> => {
  const { views, windowRows, referenceRows, permutations, falseAlarmRate, seed, pace } = input;
  const rows = windowRows + referenceRows;
  const random = new Random(seed);
  const kernel = await kernelMatrix(views, rows, { random, pace });
  const rowSums = Float64Array.from({ length: rows }, (_, i) =>
    sum(kernel.subarray(i * rows, (i + 1) * rows)),
  );
  const total = sum(rowSums);
  const order = Int32Array.from({ length: rows }, (_, i) => i);

  /** MMD² when the first `windowRows` of `order` are the window; only those rows' sums need adding up. */
  const statisticOf = (): number => {
    let within = 0;
    let touching = 0;
    for (let a = 0; a < windowRows; a += 1) {
      const row = order[a]! * rows;
      touching += rowSums[order[a]!]!;
      for (let b = 0; b < a; b += 1) within += kernel[row + order[b]!]!;
    }
    within *= 2;
    const across = touching - within;
    const reference = total - within - 2 * across;
    return (
      within / (windowRows * (windowRows - 1)) +
      reference / (referenceRows * (referenceRows - 1)) -
      (2 * across) / (windowRows * referenceRows)
    );
  };

  const statistic = statisticOf();
  const dealt = new Float64Array(permutations);
  for (let permutation = 0; permutation < permutations; permutation += 1) {
    // A partial Fisher-Yates shuffle: only which rows are the window matters.
    for (let a = 0; a < windowRows; a += 1) {
      const b = a + random.below(rows - a);
      [order[a], order[b]] = [order[b]!, order[a]!];
    }
    dealt[permutation] = statisticOf();
    await pace.tick(permutation + 1);
  }
  const asLarge = dealt.reduce((count, value) => count + (value >= statistic - ROUNDING ? 1 : 0), 0);
  const rank = Math.floor(falseAlarmRate * (permutations + 1));
  const threshold = rank === 0 ? null : dealt.sort()[permutations - rank]!;
  return { statistic, threshold, pValue: (asLarge + 1) / (permutations + 1) };
};

const sum = (values: Float32Array | Float64Array): number => {
  let result = 0;
  for (const value of values) result += value;
  return result;
};
