import type { Random } from '../../random.js';
import { softmax } from './softmax.js';

/** The token of the highest score; of equal ones the first. */
export function mostLikely(scores: Float32Array): number {
  let best = 0;
  for (let token = 1; token < scores.length; token += 1) if (scores[token]! > scores[best]!) best = token;
  return best;
}

/** A token drawn by the probabilities of the scores. */
export function draw(scores: Float32Array, random: Random): number {
  const probabilities = softmax(scores);
  let left = random.uniform();
  let last = 0;
  for (const [token, probability] of probabilities.entries()) {
    if (probability === 0) continue;
    last = token;
    left -= probability;
    if (left < 0) return token;
  }
  // The probabilities may add up to a little less than 1.
  return last;
}
