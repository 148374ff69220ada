import { softmax } from './softmax.js';

/** Leaves the fewest tokens whose probabilities together reach `mass`, at least one (Holtzman et al., 2020). */
export function topP(scores: Float32Array, mass: number): Float32Array {
  const probabilities = softmax(scores);
  const kept = scores.slice();
  // Tokens this unlikely stay below 1 - mass even all together: only the others need sorting.
  const unlikely = (1 - mass) / scores.length;
  const order: number[] = [];
  let below = 0;
  for (const [token, probability] of probabilities.entries()) {
    if (probability > unlikely) {
      order.push(token);
      continue;
    }
    below += probability;
    kept[token] = Number.NEGATIVE_INFINITY;
  }
  order.sort((a, b) => scores[a]! - scores[b]! || a - b);
  for (const token of order.slice(0, -1)) {
    below += probabilities[token]!;
    if (below > 1 - mass) break;
    kept[token] = Number.NEGATIVE_INFINITY;
  }
  return kept;
}
