/** Indices of the `count` highest scores, highest first; of equal scores the first comes first. */
export function highest(scores: Float32Array, count: number): number[] {
  const kept: number[] = [];
  let least = Number.NEGATIVE_INFINITY;
  for (let index = 0; index < scores.length; index += 1) {
    const score = scores[index]!;
    if (kept.length === count && !(score > least)) continue;
    let at = kept.length === count ? count - 1 : kept.length;
    for (; at > 0 && scores[kept[at - 1]!]! < score; at -= 1) kept[at] = kept[at - 1]!;
    kept[at] = index;
    least = scores[kept.at(-1)!]!;
  }
  return kept;
}
