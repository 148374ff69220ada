/** Scores / temperature: below 1 the likely tokens gain, above 1 the unlikely ones. */
export function temperature(scores: Float32Array, value: number): Float32Array {
  // In float32, as PyTorch divides by a number.
  const divisor = Math.fround(value);
  return scores.map((score) => score / divisor);
}
