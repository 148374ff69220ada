import type { Random } from '../../nn/index.js';
import type { Pace } from '../pace.js';

/** Points of one kind (embeddings, scores), row-major [rows, dims]. */
export interface View {
  readonly dims: number;
  readonly points: Float64Array;
}

const PAIRS_MAX = 1000;

const squaredDistance = ({ dims, points }: View, i: number, j: number): number => {
  let sum = 0;
  for (let a = i * dims, b = j * dims, end = a + dims; a < end; a += 1, b += 1) {
    const difference = points[a]! - points[b]!;
    sum += difference * difference;
  }
  return sum;
};

/**
 * The median heuristic (Gretton et al. 2012, section 8): the bandwidth is the median distance between points of
 * the pooled sample. Taking it from the reference alone would tell the two samples apart before the test does,
 * and its false alarms would no longer be exact. A pool of mostly equal points falls back to the mean distance.
 */
const squaredBandwidth = (view: View, rows: number, random: Random): number => {
  const distances = new Float64Array(Math.min(PAIRS_MAX, (rows * (rows - 1)) / 2));
  for (let pair = 0; pair < distances.length; pair += 1) {
    const i = random.below(rows);
    const j = (i + 1 + random.below(rows - 1)) % rows;
    distances[pair] = squaredDistance(view, i, j);
  }
  const median = distances.sort()[distances.length >> 1]!;
  if (median > 0) return median;
  const mean = distances.reduce((sum, distance) => sum + distance, 0) / distances.length;
  return mean > 0 ? mean : 1;
};

/**
 * The sum over the views of their Gaussian kernels exp(-|x-y|² / 2σ²), [rows, rows]; the diagonal is 0, as the
 * unbiased statistic leaves it out. A sum of kernels is a kernel, so one test watches every view.
 */
export const kernelMatrix = async (
  views: readonly View[],
  rows: number,
  { random, pace }: { random: Random; pace: Pace },
): Promise<Float32Array> => {
  const kernel = new Float32Array(rows * rows);
  for (const view of views) {
    const scale = -0.5 / squaredBandwidth(view, rows, random);
    for (let i = 0; i < rows; i += 1) {
      for (let j = 0; j < i; j += 1) {
        const similarity = Math.exp(scale * squaredDistance(view, i, j));
        kernel[i * rows + j]! += similarity;
        kernel[j * rows + i]! += similarity;
      }
      await pace.tick(0);
    }
  }
  return kernel;
};
