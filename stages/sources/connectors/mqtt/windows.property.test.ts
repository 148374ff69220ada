import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import type { Sample } from './sample.js';
import { closeByCount, closeByTime, lastEndOf } from './windows.js';

const samples = fc.array(
  fc.record({ sensor: fc.constantFrom('a', 'b', 'c'), timeMs: fc.integer({ min: 0, max: 200 }) }),
  { maxLength: 60 },
);

const toSamples = (given: readonly { sensor: string; timeMs: number }[]): readonly Sample[] =>
  given.map(({ sensor, timeMs }, packetId) => ({
    sensor,
    timeMs,
    values: { value: packetId },
    texts: {},
    publication: {
      packetId,
      qos: 1,
      repeated: false,
      topic: sensor,
      payload: Buffer.alloc(0),
      arrivedMs: timeMs,
    },
  }));

const idsOf = (given: readonly Sample[]): number[] => given.map(({ publication }) => publication.packetId);

describe('windows', () => {
  it('of seconds hold each sample in every window that spans its time, and are closed once, wherever collections end', () => {
    const slides = fc.constantFrom([10, 10], [10, 5], [12, 4], [10, 3]);
    fc.assert(
      fc.property(
        samples,
        slides,
        fc.integer({ min: 0, max: 30 }),
        fc.array(fc.nat(60)),
        (given, slide, lateMs, cuts) => {
          const [sizeMs, slideMs] = slide as [number, number];
          const time = { sizeMs, slideMs, lateMs };
          const all = toSamples(given);
          const windows = new Map<string, number[]>();
          let closedMs = -Infinity;
          let open: readonly Sample[] = [];
          const accepted: Sample[] = [];
          let start = 0;
          for (const end of [...cuts.sort((a, b) => a - b), all.length]) {
            // As a collection does: late samples are none of its windows, unfinished ones come again.
            const fresh = all.slice(start, end).filter(({ timeMs }) => lastEndOf(timeMs, time) > closedMs);
            start = Math.max(start, end);
            const known = [...open, ...fresh];
            const before = closedMs;
            accepted.push(...fresh);
            const finished = new Set<Sample>();
            for (const group of closeByTime(known, time, before)) {
              for (const window of group.windows) {
                const key = `${window.sensor} ${window.fromMs}`;
                expect(windows.has(key)).toBe(false);
                windows.set(key, idsOf(window.samples));
                for (const { timeMs } of window.samples) {
                  expect(timeMs).toBeGreaterThanOrEqual(window.fromMs);
                  expect(timeMs).toBeLessThan(window.toMs);
                }
              }
              for (const sample of group.finished) finished.add(sample);
              closedMs = group.endMs;
            }
            open = known.filter((sample) => !finished.has(sample));
          }
          // Every accepted sample is in its last window, or still open; none is in one window twice.
          const held = new Set([...windows.values()].flat());
          for (const sample of accepted)
            expect(held.has(sample.publication.packetId) || open.includes(sample)).toBe(true);
          for (const ids of windows.values()) expect(new Set(ids).size).toBe(ids.length);
        },
      ),
      { numRuns: 300 },
    );
  });

  it('of messages are those of each sensor in their order, and what is left begins the next', () => {
    fc.assert(
      fc.property(samples, fc.integer({ min: 1, max: 6 }), fc.nat(5), (given, size, less) => {
        const slide = Math.max(1, size - less);
        const all = toSamples(given);
        const closed = closeByCount(all, { size, slide });
        for (const sensor of ['a', 'b', 'c']) {
          const ids = idsOf(all.filter((sample) => sample.sensor === sensor));
          const windows = closed.flatMap((step) => step.windows).filter((window) => window.sensor === sensor);
          const expected = [];
          for (let from = 0; from + size <= ids.length; from += slide)
            expected.push(ids.slice(from, from + size));
          expect(windows.map((window) => idsOf(window.samples).sort((a, b) => a - b))).toEqual(expected);
        }
        expect(closed.flatMap((step) => idsOf(step.finished))).toHaveLength(closed.length * slide);
      }),
      { numRuns: 300 },
    );
  });
});
