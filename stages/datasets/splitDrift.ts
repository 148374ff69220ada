import { countedLabels, type DatasetRow, type SplitDrift } from '../../contracts/index.js';
import { wordsOf } from './nearDuplicates/words.js';

/** Keeps an empty bin from an infinite index. */
const SHARE_MIN = 1e-4;

const tallyOf = (values: Iterable<string>): Map<string, number> => {
  const counts = new Map<string, number>();
  for (const value of values) counts.set(value, (counts.get(value) ?? 0) + 1);
  return counts;
};

/**
 * Population stability index of two tallies: Σ (p - q) ln(p / q) over their shares (Siddiqi, "Credit Risk Scorecards",
 * 2006). By custom below 0.1 they are alike, above 0.25 they are not.
 */
export const stabilityIndex = (
  found: ReadonlyMap<string, number>,
  expected: ReadonlyMap<string, number>,
): number => {
  const sum = (counts: ReadonlyMap<string, number>) => [...counts.values()].reduce((a, b) => a + b, 0);
  const [all, allExpected] = [sum(found), sum(expected)];
  if (all === 0 || allExpected === 0) return 0;
  let index = 0;
  for (const bin of new Set([...found.keys(), ...expected.keys()])) {
    const share = Math.max(SHARE_MIN, (found.get(bin) ?? 0) / all);
    const wanted = Math.max(SHARE_MIN, (expected.get(bin) ?? 0) / allExpected);
    index += (share - wanted) * Math.log(share / wanted);
  }
  return index;
};

/** Powers of two: lengths of texts are spread over orders of magnitude. */
const lengthBin = (words: number): string => String(Math.floor(Math.log2(words)));

/** How far validation and test are from the training split, in labels, lengths and words. */
export const splitDrift = (rows: readonly DatasetRow[]): SplitDrift => {
  const looked = rows.map((row) => ({ row, words: wordsOf(row.text) }));
  const of = (split: DatasetRow['split']) => looked.filter(({ row }) => row.split === split);
  const labels = (some: typeof looked) => tallyOf(some.flatMap(({ row }) => countedLabels(row)));
  const lengths = (some: typeof looked) => tallyOf(some.map(({ words }) => lengthBin(words.length)));
  const train = of('train');
  const known = new Set<number>();
  for (const { words } of train) for (const word of words) known.add(word);
  const compare = (some: typeof looked) => {
    let all = 0;
    let unseen = 0;
    for (const { words } of some)
      for (const word of words) {
        all += 1;
        if (!known.has(word)) unseen += 1;
      }
    return {
      labels: stabilityIndex(labels(some), labels(train)),
      lengths: stabilityIndex(lengths(some), lengths(train)),
      unseenWords: all === 0 ? 0 : unseen / all,
    };
  };
  return { validation: compare(of('validation')), test: compare(of('test')) };
};
