import type { RecipeOf } from '../../../contracts/index.js';
import { quantile } from '../text/statistics.js';
import { createNeighbours } from './neighbours.js';
import { fieldOf, numberOf, type Row, type Value } from './values.js';

type Rule = RecipeOf<'missingValues'>[number];
export interface Fill {
  readonly field: string;
  readonly method: Rule['method'];
  learn(row: Row): void;
  /** What to put in, or null where nothing was learnt. */
  value(row: Row): Value | null;
}

const mode = (values: readonly Value[]): Value | null => {
  const counts = new Map<Value, number>();
  for (const value of values) counts.set(value, (counts.get(value) ?? 0) + 1);
  // Of equally frequent values the smallest by its text: the order of the rows decides nothing.
  const [most] = [...counts].sort(([a, x], [b, y]) => y - x || (String(a) < String(b) ? -1 : 1));
  return most?.[0] ?? null;
};

const ofNumbers =
  (summary: (numbers: readonly number[]) => number) =>
  (values: readonly Value[]): Value | null => {
    const numbers = values.flatMap((value) => numberOf(value) ?? []);
    return numbers.length === 0 ? null : summary(numbers);
  };

const SUMMARIES: Readonly<Record<'mean' | 'median' | 'mode', (values: readonly Value[]) => Value | null>> = {
  mean: ofNumbers((numbers) => numbers.reduce((sum, number) => sum + number, 0) / numbers.length),
  median: ofNumbers((numbers) => quantile(Float64Array.from(numbers).sort(), 0.5)),
  mode,
};

/** How one field is filled. `mean` and `median` keep the numbers of the field in memory, `mode` its different values. */
export const createFill = (rule: Rule): Fill => {
  const { field, method } = rule;
  if (method === 'drop' || method === 'constant')
    return { field, method, learn: () => undefined, value: () => rule.value ?? null };
  if (method === 'model') return { field, method, ...createNeighbours(rule) };
  const values: Value[] = [];
  let summary: Value | null | undefined;
  return {
    field,
    method,
    learn: (row) => {
      const value = fieldOf(row, field);
      if (value !== null) values.push(value);
    },
    value: () => {
      summary ??= SUMMARIES[method](values);
      return summary;
    },
  };
};
