/** Quantile of sorted values by linear interpolation (type 7 of Hyndman and Fan 1996, NumPy's default). */
export const quantile = (sorted: Float64Array, share: number): number => {
  const position = (sorted.length - 1) * share;
  const below = Math.floor(position);
  const low = sorted[below] ?? Number.NaN;
  const high = sorted[Math.min(sorted.length - 1, below + 1)] ?? Number.NaN;
  return low + (high - low) * (position - below);
};

export interface Bounds {
  readonly low: number;
  readonly high: number;
}

/** Tukey's fences: so many interquartile ranges beyond the quartiles. */
export const iqrBounds = (values: readonly number[], factor: number): Bounds => {
  const sorted = Float64Array.from(values).sort();
  const [first, third] = [quantile(sorted, 0.25), quantile(sorted, 0.75)];
  const reach = (third - first) * factor;
  return { low: first - reach, high: third + reach };
};

/** So many standard deviations (of the sample) on both sides of the mean. */
export const zScoreBounds = (values: readonly number[], factor: number): Bounds => {
  const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
  const squares = values.reduce((sum, value) => sum + (value - mean) ** 2, 0);
  const reach = Math.sqrt(squares / Math.max(1, values.length - 1)) * factor;
  return { low: mean - reach, high: mean + reach };
};

/** Shannon entropy of the characters, in bits. */
export const characterEntropy = (text: string): number => {
  const counts = new Map<string, number>();
  let total = 0;
  for (const character of text) {
    counts.set(character, (counts.get(character) ?? 0) + 1);
    total += 1;
  }
  let entropy = 0;
  for (const count of counts.values()) entropy -= (count / total) * Math.log2(count / total);
  return entropy;
};
