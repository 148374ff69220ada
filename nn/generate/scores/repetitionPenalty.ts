/** Lowers the score of every token that occurs in `ids`, once, by the factor `penalty` (Keskar et al., 2019). */
export function repetitionPenalty(
  scores: Float32Array,
  ids: readonly number[],
  penalty: number,
): Float32Array {
  const factor = Math.fround(penalty);
  const lowered = scores.slice();
  for (const id of new Set(ids)) {
    const score = scores[id]!;
    lowered[id] = score < 0 ? score * factor : score / factor;
  }
  return lowered;
}
