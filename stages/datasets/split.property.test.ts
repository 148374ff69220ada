import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { SPLITS, type SplitRecipe } from '../../contracts/index.js';
import { sha256Hex } from '../digest.js';
import { type SplitRow, splitRows } from './split.js';

const RECIPE = { train: 8, validation: 1, test: 1, seed: 17 };
const RECIPES: readonly SplitRecipe[] = [
  RECIPE,
  { ...RECIPE, by: 'group' as const },
  { ...RECIPE, by: 'time' as const },
  { ...RECIPE, stratified: true },
  { ...RECIPE, by: 'group' as const, stratified: true },
  { ...RECIPE, by: 'time' as const, stratified: true, train: 7, validation: 1, test: 2 },
];

const row = fc.record({
  clusterId: fc.nat(40).map((id) => sha256Hex(String(id))),
  group: fc.constantFrom('a', 'b', 'c', 'd', 'e', 'f'),
  label: fc.constantFrom('ham', 'spam'),
  sentAt: fc.option(fc.nat(1000).map((day) => new Date(day * 86_400_000).toISOString())),
});
const rowsOf = fc.array(row, { minLength: 1, maxLength: 80 });

const single = (index: number, more: Partial<SplitRow> = {}): SplitRow => ({
  clusterId: sha256Hex(String(index)),
  group: 'one',
  label: 'ham',
  sentAt: null,
  ...more,
});

const countOf = (splits: readonly string[]) =>
  Object.fromEntries(SPLITS.map((split) => [split, splits.filter((found) => found === split).length]));

describe.each(RECIPES)('splitRows with %j', (recipe) => {
  it('lets no near-duplicate cluster straddle, nor a group where groups stay whole', () =>
    fc.assert(
      fc.property(rowsOf, (rows) => {
        const splits = splitRows(rows, recipe);
        const together = (key: (row: SplitRow) => string) => {
          const found = new Map<string, Set<string>>();
          rows.forEach((one, index) => {
            const some = found.get(key(one)) ?? new Set();
            found.set(key(one), some.add(splits[index]!));
          });
          return [...found.values()].every(({ size }) => size === 1);
        };
        expect(together(({ clusterId }) => clusterId)).toBe(true);
        if (recipe.by === 'group') expect(together(({ group }) => group)).toBe(true);
      }),
    ));

  it('does not depend on the order of the rows', () =>
    fc.assert(
      fc.property(rowsOf, fc.infiniteStream(fc.nat()), (rows, random) => {
        const order = rows
          .map((_, index) => ({ index, key: random.next().value as number }))
          .sort((a, b) => a.key - b.key)
          .map(({ index }) => index);
        const plain = splitRows(rows, recipe);
        const mixed = splitRows(
          order.map((index) => rows[index]!),
          recipe,
        );
        expect(mixed).toEqual(order.map((index) => plain[index]));
      }),
    ));
});

describe('splitRows', () => {
  it('by hash gives each split its share, within four standard deviations, for any seed', () => {
    const rows = Array.from({ length: 10_000 }, (_, index) => single(index));
    for (const seed of [0, 17, 4242]) {
      const counts = countOf(splitRows(rows, { ...RECIPE, seed }));
      expect(Math.abs(counts.train! - 8000)).toBeLessThan(160);
      expect(Math.abs(counts.validation! - 1000)).toBeLessThan(120);
    }
  });

  it('by hash leaves a row where it is when others come or go, and whatever multiple the shares are', () => {
    const rows = Array.from({ length: 300 }, (_, index) => single(index));
    const splits = splitRows(rows, RECIPE);
    expect(splitRows(rows.slice(100), RECIPE)).toEqual(splits.slice(100));
    expect(splitRows(rows, { ...RECIPE, train: 16, validation: 2, test: 2 })).toEqual(splits);
  });

  it('by time trains on the oldest and tests on the newest, in exact shares', () => {
    const rows = Array.from({ length: 100 }, (_, day) =>
      single(day, { sentAt: new Date(day * 86_400_000).toISOString() }),
    );
    const splits = splitRows(rows, { ...RECIPE, by: 'time', train: 7, validation: 1, test: 2 });
    expect(splits).toEqual([
      ...Array<string>(70).fill('train'),
      ...Array<string>(10).fill('validation'),
      ...Array<string>(20).fill('test'),
    ]);
  });

  it('stratified gives each label its exact shares, a rare one too', () => {
    const rows = Array.from({ length: 1_000 }, (_, index) =>
      single(index, { label: index < 20 ? 'rare' : 'common' }),
    );
    const splits = splitRows(rows, { ...RECIPE, stratified: true });
    expect(countOf(splits.filter((_, index) => index < 20))).toEqual({ train: 16, validation: 2, test: 2 });
    expect(countOf(splits)).toEqual({ train: 800, validation: 100, test: 100 });
  });
});
