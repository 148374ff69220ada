/** Shares of repeated text, all of its characters (Rae et al. 2021, table A1); counted as datatrove does. */
const characters = (text: string): number => [...text].length;

const repeated = (parts: readonly string[]): { readonly count: number; readonly characters: number } => {
  const met = new Set<string>();
  let [count, length] = [0, 0];
  for (const part of parts) {
    if (met.has(part)) {
      count += 1;
      length += characters(part);
    } else met.add(part);
  }
  return { count, characters: length };
};

const ngrams = (words: readonly string[], n: number, joint: string): string[] =>
  Array.from({ length: Math.max(0, words.length - n + 1) }, (_, start) =>
    words.slice(start, start + n).join(joint),
  );

/** Characters of the most frequent n-gram, every time it occurs; of equally frequent ones the first. */
const topCharacters = (words: readonly string[], n: number): number => {
  const counts = new Map<string, number>();
  for (const ngram of ngrams(words, n, ' ')) counts.set(ngram, (counts.get(ngram) ?? 0) + 1);
  let [top, times] = ['', 0];
  for (const [ngram, count] of counts) if (count > times) [top, times] = [ngram, count];
  return characters(top) * times;
};

/** Characters of n-grams met before, each character once. */
const repeatedCharacters = (words: readonly string[], n: number): number => {
  const met = new Set<string>();
  let [length, at] = [0, 0];
  while (at < words.length - n + 1) {
    const ngram = words.slice(at, at + n).join('');
    if (met.has(ngram)) {
      length += characters(ngram);
      at += n;
    } else {
      met.add(ngram);
      at += 1;
    }
  }
  return length;
};

const TOP: readonly (readonly [n: number, max: number])[] = [
  [2, 0.2],
  [3, 0.18],
  [4, 0.16],
];
const REPEATED: readonly (readonly [n: number, max: number])[] = [
  [5, 0.15],
  [6, 0.14],
  [7, 0.13],
  [8, 0.12],
  [9, 0.11],
  [10, 0.1],
];

export interface Excess {
  readonly reason: string;
  readonly share: number;
  readonly max: number;
}

/** The first bound of table A1 that the text exceeds, or null. */
export const repetitionExcess = (text: string, words: readonly string[]): Excess | null => {
  const total = characters(text);
  const paragraphs = text.trim().split(/\n{2,}/);
  const lines = text.split(/\n+/);
  const ofParagraphs = repeated(paragraphs);
  const ofLines = repeated(lines);
  const measures: readonly (() => Excess)[] = [
    () => ({ reason: 'repeated-paragraphs', share: ofParagraphs.count / paragraphs.length, max: 0.3 }),
    () => ({ reason: 'repeated-paragraphs', share: ofParagraphs.characters / total, max: 0.2 }),
    () => ({ reason: 'repeated-lines', share: ofLines.count / lines.length, max: 0.3 }),
    () => ({ reason: 'repeated-lines', share: ofLines.characters / total, max: 0.2 }),
    ...TOP.map(([n, max]) => () => ({
      reason: `top-${n}-gram`,
      share: topCharacters(words, n) / total,
      max,
    })),
    ...REPEATED.map(([n, max]) => () => ({
      reason: `repeated-${n}-grams`,
      share: repeatedCharacters(words, n) / total,
      max,
    })),
  ];
  for (const measure of measures) {
    const excess = measure();
    if (excess.share > excess.max) return excess;
  }
  return null;
};
