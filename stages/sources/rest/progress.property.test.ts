import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { advance, compareValues, nextPass, type Progress, START } from './progress.js';

describe('compareValues', () => {
  it.each([
    [9, 10],
    ['9', '10'],
    ['9007199254740993', '9007199254740994'],
    ['1.5', '10'],
    ['2026-01-02', '2026-01-10T00:00:00Z'],
    ['2026-01-02T10:00:00+02:00', '2026-01-02T09:00:00Z'],
    ['2026-01-02T10:00:00.000001Z', '2026-01-02T10:00:00.000002Z'],
    ['a', 'b'],
  ])('%s comes before %s', (a, b) => {
    expect(compareValues(a, b)).toBeLessThan(0);
    expect(compareValues(b, a)).toBeGreaterThan(0);
    expect(compareValues(a, a)).toBe(0);
  });
});

interface Item {
  readonly value: number;
  readonly id: string;
}

/** Reads as an API would give it: all items from `since` on, in any order. */
const pass = (items: readonly Item[], from: Progress): { read: readonly string[]; progress: Progress } => {
  let progress = from;
  const read: string[] = [];
  for (const { value, id } of items) {
    if (from.since !== null && compareValues(value, from.since) < 0) continue;
    const next = advance(progress, value, id);
    if (next === null) continue;
    read.push(id);
    progress = next;
  }
  return { read, progress: nextPass(progress) };
};

describe('an incremental collection', () => {
  const batches = fc.array(fc.array(fc.integer({ min: 0, max: 3 }), { maxLength: 12 }), { maxLength: 8 });

  it('reads each item once, in whatever order the API gives it, ties included', () => {
    fc.assert(
      fc.property(batches, fc.boolean(), (added, newestFirst) => {
        const items: Item[] = [];
        const all: string[] = [];
        let progress = START;
        let floor = 0;
        added.forEach((steps, batch) => {
          // Later items have values that are no smaller: they may tie with the greatest so far.
          const fresh = steps.map((step, index) => ({
            value: floor + step,
            id: `${batch}-${index}`.padEnd(64, '0'),
          }));
          items.push(...fresh);
          const listed = newestFirst ? items.toReversed() : items;
          const { read, progress: next } = pass(listed, progress);
          expect([...read].sort()).toEqual(fresh.map(({ id }) => id).sort());
          all.push(...read);
          progress = next;
          floor = Math.max(floor, ...fresh.map(({ value }) => value));
        });
        expect(progress.position).toBe(all.length);
      }),
    );
  });
});
