import type { RecipeOf } from '../../../contracts/index.js';
import { fieldOf, type Row, type Value } from './values.js';

type Rule = RecipeOf<'missingValues'>[number];

/** More rows are thinned out evenly: a search is linear in what is kept. */
const ROWS_MAX = 5000;

interface Known {
  readonly value: Value;
  readonly from: readonly (Value | null)[];
}

const bigrams = (text: string): Set<string> => {
  const lower = text.toLowerCase();
  return new Set(Array.from({ length: Math.max(1, lower.length - 1) }, (_, at) => lower.slice(at, at + 2)));
};

/** Dice's coefficient of the bigrams, as a distance from 0 to 1. */
const textDistance = (a: string, b: string): number => {
  if (a === b) return 0;
  const [x, y] = [bigrams(a), bigrams(b)];
  let common = 0;
  for (const bigram of x) if (y.has(bigram)) common += 1;
  return 1 - (2 * common) / (x.size + y.size);
};

/** Gower (1971): the mean over the fields, numbers by their range; a missing value counts as half a difference. */
const gower = (
  a: readonly (Value | null)[],
  b: readonly (Value | null)[],
  ranges: readonly number[],
): number => {
  let sum = 0;
  a.forEach((x, index) => {
    const y = b[index] ?? null;
    const range = ranges[index] ?? 0;
    if (x === null || y === null) sum += 0.5;
    else if (typeof x === 'number' && typeof y === 'number')
      sum += range === 0 ? 0 : Math.min(1, Math.abs(x - y) / range);
    else sum += textDistance(String(x), String(y));
  });
  return sum / a.length;
};

const rangesOf = (rows: readonly Known[], fields: number): number[] =>
  Array.from({ length: fields }, (_, index) => {
    const numbers = rows.flatMap(({ from }) => (typeof from[index] === 'number' ? [from[index]] : []));
    return (
      numbers.reduce((most, x) => Math.max(most, x), Number.NEGATIVE_INFINITY) -
      numbers.reduce((least, x) => Math.min(least, x), Number.POSITIVE_INFINITY)
    );
  });

/** Predicts a field from the nearest rows that have it: the mean of numbers, else what most of them have. */
export const createNeighbours = ({ field, from, neighbours }: Rule) => {
  let known: Known[] = [];
  let stride = 1;
  let met = 0;
  let ranges: readonly number[] | null = null;
  const features = (row: Row) => from.map((name) => fieldOf(row, name));
  return {
    learn: (row: Row): void => {
      const value = fieldOf(row, field);
      if (value === null) return;
      met += 1;
      if (met % stride !== 0) return;
      known.push({ value, from: features(row) });
      if (known.length < ROWS_MAX) return;
      known = known.filter((_, index) => index % 2 === 1);
      stride *= 2;
    },
    value: (row: Row): Value | null => {
      ranges ??= rangesOf(known, from.length);
      const bounds = ranges;
      const wanted = features(row);
      const nearest = known
        .map(({ value, from: other }, index) => ({ value, index, distance: gower(wanted, other, bounds) }))
        .sort((a, b) => a.distance - b.distance || a.index - b.index)
        .slice(0, neighbours);
      if (nearest.length === 0) return null;
      const numbers = nearest.flatMap(({ value }) => (typeof value === 'number' ? [value] : []));
      if (numbers.length === nearest.length) return numbers.reduce((sum, x) => sum + x, 0) / numbers.length;
      const votes = new Map<Value, number>();
      for (const { value } of nearest) votes.set(value, (votes.get(value) ?? 0) + 1);
      // The nearest of equally frequent values: a Map keeps the order of insertion, the sort is stable.
      return [...votes].sort((a, b) => b[1] - a[1])[0]?.[0] ?? null;
    },
  };
};
