import type { RecipeOf } from '../../../contracts/index.js';
import { type Bounds, characterEntropy, iqrBounds, zScoreBounds } from '../text/statistics.js';
import { type CorpusRule, dropped, kept } from './rule.js';

type Recipe = RecipeOf<'outliers'>;
type MeasureName = 'length' | 'entropy' | 'symbols';

const ENTROPY_CHARACTERS_MAX = 10_000;
const FACTOR = 3;

interface Measure {
  readonly of: (text: string) => number;
  /** The value as people read it. */
  readonly shown: (value: number) => string;
}

const short = (value: number): string => String(Number(value.toPrecision(3)));

const MEASURES: Readonly<Record<MeasureName, Measure>> = {
  // Lengths are spread over magnitudes: their logarithm is what lies around a middle.
  length: { of: (text) => Math.log(text.length), shown: (value) => String(Math.round(Math.exp(value))) },
  entropy: { of: (text) => characterEntropy(text.slice(0, ENTROPY_CHARACTERS_MAX)), shown: short },
  symbols: {
    of: (text) => (text.match(/[^\p{L}\p{M}\p{N}\s]/gu)?.length ?? 0) / text.length,
    shown: short,
  },
};

const NAMES = Object.keys(MEASURES) as MeasureName[];

const boundsOf = (
  values: readonly number[],
  { method, factor = FACTOR }: NonNullable<Recipe[MeasureName]>,
): Bounds => (method === 'iqr' ? iqrBounds(values, factor) : zScoreBounds(values, factor));

/** Texts whose measures lie outside of bounds taken over all texts; the bounds stand in the decision. */
export const outliers: CorpusRule = {
  name: 'outliers',
  version: 1,
  on: { section: 'outliers' },
  reasons: ['length-outlier', 'entropy-outlier', 'symbols-outlier'],
  sees: 'texts',
  learns: true,
  begin: ({ outliers: recipe }) => {
    if (recipe === undefined) return null;
    const asked = NAMES.flatMap((name) => {
      const bound = recipe[name];
      return bound === undefined ? [] : [{ name, bound, values: [] as number[] }];
    });
    let bounds: ReadonlyMap<MeasureName, Bounds> | null = null;
    const learn = () =>
      new Map(
        asked
          .filter(({ values }) => values.length >= recipe.recordsMin)
          .map(({ name, bound, values }) => [name, boundsOf(values, bound)] as const),
      );
    return {
      observe: ({ text }) => {
        for (const { name, values } of asked) values.push(MEASURES[name].of(text));
      },
      apply: (draft) => {
        bounds ??= learn();
        for (const [name, { low, high }] of bounds) {
          const value = MEASURES[name].of(draft.text);
          const { shown } = MEASURES[name];
          if (value < low || value > high)
            return dropped(`${name}-outlier`, `${shown(value)}, from ${shown(low)} to ${shown(high)}`);
        }
        return kept(draft);
      },
    };
  },
};
