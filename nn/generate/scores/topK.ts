import { highest } from './highest.js';

/** Leaves the `count` highest scores, and those equal to the lowest of them (Fan et al., 2018). */
export function topK(scores: Float32Array, count: number): Float32Array {
  if (count >= scores.length) return scores;
  const least = scores[highest(scores, count).at(-1)!]!;
  return scores.map((score) => (score < least ? Number.NEGATIVE_INFINITY : score));
}
