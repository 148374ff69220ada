/** Probabilities of scores; a score of minus infinity has none. */
export function softmax(scores: Float32Array): Float64Array {
  const highest = maximum(scores);
  const powers = Float64Array.from(scores, (score) => Math.exp(score - highest));
  const total = powers.reduce((sum, power) => sum + power, 0);
  return powers.map((power) => power / total);
}

/** Logarithms of the probabilities of scores. */
export function logSoftmax(scores: Float32Array): Float32Array {
  const highest = maximum(scores);
  const total = scores.reduce((sum, score) => sum + Math.exp(score - highest), 0);
  const shift = highest + Math.log(total);
  return scores.map((score) => score - shift);
}

function maximum(scores: Float32Array): number {
  return scores.reduce((most, score) => Math.max(most, score), Number.NEGATIVE_INFINITY);
}
