import { expect, it } from '@jest/globals';
import fc from 'fast-check';
import { RuntimeArena } from './runtimeArena.js';

const PAGE_BYTES = 4096;

/** Requests by their size, and frees by which of the living ones. */
const requests = fc.array(
  fc.oneof(
    fc.record({ take: fc.integer({ min: 1, max: 3 * 2 ** 20 }) }),
    fc.record({ free: fc.nat({ max: 1000 }) }),
  ),
  { maxLength: 120 },
);

it('touches at least what is alive at once, and no more than the pages of everything asked for', () => {
  fc.assert(
    fc.property(requests, (steps) => {
      const arena = new RuntimeArena();
      const alive: { name: string; bytes: number }[] = [];
      let most = 0;
      let pages = 0;
      for (const [index, step] of steps.entries()) {
        if ('take' in step) {
          arena.take(String(index), step.take);
          alive.push({ name: String(index), bytes: step.take });
          pages += Math.ceil(step.take / PAGE_BYTES) + 1;
          most = Math.max(
            most,
            alive.reduce((sum, { bytes }) => sum + bytes, 0),
          );
        } else if (alive.length > 0) {
          const [freed] = alive.splice(step.free % alive.length, 1);
          arena.free(freed!.name);
        }
      }
      expect(arena.touchedBytes).toBeGreaterThanOrEqual(most);
      expect(arena.touchedBytes).toBeLessThanOrEqual(pages * PAGE_BYTES);
    }),
  );
});

it('takes what was freed again', () => {
  const arena = new RuntimeArena();
  for (let round = 0; round < 50; round += 1) {
    arena.take('a', 100_000);
    arena.take('c', 60_000);
    arena.free('a');
    arena.free('c');
  }
  expect(arena.touchedBytes).toBeLessThan(100_000 + 60_000 + 3 * PAGE_BYTES);
});
