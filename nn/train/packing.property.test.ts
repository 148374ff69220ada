import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { layInRows, type PackedRows, packedBatches, segmentIds, textStarts } from './packing.js';

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
const flat = (rows: PackedRows) => rows.flatMap((row) => [...row]);
const tokensOf = (row: Int32Array, lengths: Int32Array) => row.reduce((sum, at) => sum + lengths[at]!, 0);

describe('packed batches', () => {
  it('hold each example once, as many a batch as asked for but in one', () => {
    fc.assert(
      fc.property(sampling, ({ texts, batchSize, ...rest }) => {
        const lengths = partsOf(texts);
        const batches = packedBatches(lengths, { batchSize, ...rest });
        expect(batches.flatMap(flat).sort((a, b) => a - b)).toEqual([...texts.keys()]);
        expect(batches.length).toBe(Math.ceil(texts.length / batchSize));
        expect(batches.filter((rows) => flat(rows).length !== batchSize).length).toBeLessThan(2);
        expect(batches.flat().every(({ length }) => length > 0)).toBe(true);
        expect(packedBatches(lengths, { batchSize, ...rest })).toEqual(batches);
      }),
    );
  });

  it('have no row beyond the budget of any part but those of one text', () => {
    fc.assert(
      fc.property(sampling, ({ texts, ...options }) => {
        const lengths = partsOf(texts);
        for (const row of packedBatches(lengths, options).flat()) {
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
        const room = (batches.flat().length - 2 * batches.length) * rowTokens;
        expect(tokensOf(Int32Array.from(texts.keys()), lengths!)).toBeGreaterThanOrEqual(room / 2);
      }),
    );
  });

  it('need little padding where texts are many, with no batch of one length', () => {
    const lengths = Int32Array.from({ length: 4000 }, (_, at) => 4 + ((at * 7919) % 125));
    const batches = packedBatches([lengths], { batchSize: 16, seed: 1, epoch: 0, rowTokens: [128] });
    const padded = batches.reduce(
      (sum, rows) => sum + rows.length * Math.max(...rows.map((row) => tokensOf(row, lengths))),
      0,
    );
    expect(1 - lengths.reduce((a, b) => a + b) / padded).toBeLessThan(0.03);
    const spread = batches.map((rows) => {
      const all = flat(rows).map((at) => lengths[at]!);
      return Math.max(...all) - Math.min(...all);
    });
    expect(Math.min(...spread)).toBeGreaterThan(20);
  });

  it('change their order from epoch to epoch and from seed to seed', () => {
    const lengths = new Int32Array(100).fill(7);
    const order = (seed: number, epoch: number) =>
      packedBatches([lengths], { batchSize: 10, seed, epoch, rowTokens: [21] }).join();
    expect(new Set([order(1, 0), order(1, 1), order(2, 0), order(2, 1)]).size).toBe(4);
  });
});

describe('the tensors of a packed batch', () => {
  it('hold texts end to end, numbered, with where they start', () => {
    const sequences = [Int32Array.of(2, 9, 3), Int32Array.of(7), Int32Array.of(5, 6)];
    const rows = [Int32Array.of(2, 0), Int32Array.of(1)];
    const values = (tensor: { data: ArrayLike<unknown> }) => Array.from(tensor.data, Number);
    const ids = layInRows(sequences, rows, -100);
    expect(ids.dims).toEqual([2, 5]);
    expect(values(ids)).toEqual([5, 6, 2, 9, 3, 7, -100, -100, -100, -100]);
    expect(values(segmentIds(sequences, rows))).toEqual([1, 1, 2, 2, 2, 1, 0, 0, 0, 0]);
    expect(values(textStarts(sequences, rows))).toEqual([0, 2, 5]);
  });

  it('give back each text from its start', () => {
    fc.assert(
      fc.property(sampling, ({ texts, ...options }) => {
        const sequences = texts.map(([length], at) => new Int32Array(length).fill(at + 1));
        for (const rows of packedBatches(partsOf(texts), options)) {
          const ids = layInRows(sequences, rows, 0);
          const starts = textStarts(sequences, rows);
          flat(rows).forEach((index, at) => {
            const start = Number(starts.data[at]);
            const found = Array.from(sequences[index]!, (_, place) => Number(ids.data[start + place]));
            expect(found).toEqual([...sequences[index]!]);
          });
          expect(Array.from(ids.data, Number).filter((id) => id > 0)).toHaveLength(
            tokensOf(Int32Array.from(flat(rows)), partsOf(texts)[0]!),
          );
        }
      }),
      { numRuns: 30 },
    );
  });
});
