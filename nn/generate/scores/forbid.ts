/** Makes tokens impossible, such as those that would end a text that is too short. */
export function forbid(scores: Float32Array, ids: readonly number[]): Float32Array {
  const left = scores.slice();
  for (const id of ids) left[id] = Number.NEGATIVE_INFINITY;
  return left;
}
