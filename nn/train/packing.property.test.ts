import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import type { Batch } from './batches.js';
import { packedBatches } from './packing.js';
import { splitBatch } from './sampling.js';

const lengthsOf = (max: number) => fc.integer({ min: 1, max });
const sampling = fc.record({
  /** Of each text what is read and what is written. */
  texts: fc.array(fc.tuple(lengthsOf(128), lengthsOf(40)), { minLength: 1, maxLength: 300 }),
  rowTokens: fc.tuple(lengthsOf(200), lengthsOf(60)),
  batchSize: fc.integer({ min: 1, max: 20 }),
  seed: fc.nat(),
  epoch: fc.nat(5),
});
const partsOf = (texts: readonly (readonly [number, number])[]) =>
  [0, 1].map((part) => Int32Array.from(texts, (text) => text[part]!));
/** The examples of each row. */
function rowsOf({ indices, rowSizes }: Batch): Int32Array[] {
  let end = 0;
  return rowSizes!.map((size) => {
    end += size;
    return indices.subarray(end - size, end);
  });
}
const tokensOf = (row: Int32Array, lengths: Int32Array) => row.reduce((sum, at) => sum + lengths[at]!, 0);

describe('packed batches', () => {
  it('hold each example once, as many a batch as asked for but in one', () => {
    fc.assert(
      fc.property(sampling, ({ texts, batchSize, ...rest }) => {
        const lengths = partsOf(texts);
        const batches = packedBatches(lengths, { batchSize, ...rest });
        expect(batches.flatMap(({ indices }) => [...indices]).sort((a, b) => a - b)).toEqual([
          ...texts.keys(),
        ]);
        expect(batches.length).toBe(Math.ceil(texts.length / batchSize));
        expect(batches.filter(({ indices }) => indices.length !== batchSize).length).toBeLessThan(2);
        expect(batches.flatMap(rowsOf).every(({ length }) => length > 0)).toBe(true);
        expect(packedBatches(lengths, { batchSize, ...rest })).toEqual(batches);
      }),
    );
  });

  it('have no row beyond the budget of any part but those of one text', () => {
    fc.assert(
      fc.property(sampling, ({ texts, ...options }) => {
        const lengths = partsOf(texts);
        for (const row of packedBatches(lengths, options).flatMap(rowsOf)) {
          const fits = lengths.every((part, at) => tokensOf(row, part) <= options.rowTokens[at]!);
          expect(fits || row.length === 1).toBe(true);
        }
      }),
    );
  });

  it('leave less than half of their rows empty, but for those that a batch ends with', () => {
    fc.assert(
      fc.property(sampling, ({ texts, ...options }) => {
        const [lengths] = partsOf(texts);
        const rowTokens = Math.max(options.rowTokens[0], ...lengths!);
        const batches = packedBatches([lengths!], { ...options, rowTokens: [rowTokens] });
        const room = (batches.flatMap(rowsOf).length - 2 * batches.length) * rowTokens;
        expect(tokensOf(Int32Array.from(texts.keys()), lengths!)).toBeGreaterThanOrEqual(room / 2);
      }),
    );
  });

  it('need little padding where texts are many, with no batch of one length', () => {
    const lengths = Int32Array.from({ length: 4000 }, (_, at) => 4 + ((at * 7919) % 125));
    const batches = packedBatches([lengths], { batchSize: 16, seed: 1, epoch: 0, rowTokens: [128] });
    const padded = batches
      .map(rowsOf)
      .reduce((sum, rows) => sum + rows.length * Math.max(...rows.map((row) => tokensOf(row, lengths))), 0);
    expect(1 - lengths.reduce((a, b) => a + b) / padded).toBeLessThan(0.03);
    const spread = batches.map(({ indices }) => {
      const all = indices.map((at) => lengths[at]!);
      return Math.max(...all) - Math.min(...all);
    });
    expect(Math.min(...spread)).toBeGreaterThan(20);
  });

  it('change their order from epoch to epoch and from seed to seed', () => {
    const lengths = new Int32Array(100).fill(7);
    const order = (seed: number, epoch: number) =>
      packedBatches([lengths], { batchSize: 10, seed, epoch, rowTokens: [21] })
        .map(({ indices }) => indices)
        .join();
    expect(new Set([order(1, 0), order(1, 1), order(2, 0), order(2, 1)]).size).toBe(4);
  });

  it('are cut between rows into parts of so many examples, where no row has more', () => {
    fc.assert(
      fc.property(sampling, fc.integer({ min: 1, max: 20 }), ({ texts, ...options }, size) => {
        for (const batch of packedBatches(partsOf(texts), options)) {
          const parts = splitBatch(batch, size);
          expect(parts.flatMap(({ indices }) => [...indices])).toEqual([...batch.indices]);
          expect(parts.flatMap(({ rowSizes }) => rowSizes)).toEqual(batch.rowSizes);
          for (const part of parts)
            expect(part.indices.length <= size || part.rowSizes!.length === 1).toBe(true);
        }
      }),
    );
    const padded = { indices: Int32Array.of(4, 2, 7), rowSizes: null };
    expect(splitBatch(padded, 2)).toEqual([
      { indices: Int32Array.of(4, 2), rowSizes: null },
      { indices: Int32Array.of(7), rowSizes: null },
    ]);
  });
});
