import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { batchesByLength, epochBatches } from './batches.js';

const sampling = fc.record({
  lengths: fc
    .array(fc.integer({ min: 1, max: 128 }), { minLength: 1, maxLength: 300 })
    .map((all) => Int32Array.from(all)),
  batchSize: fc.integer({ min: 1, max: 20 }),
  seed: fc.nat(),
  epoch: fc.nat(5),
});
const ascending = (batches: Int32Array[]) => batches.flatMap((batch) => [...batch]).sort((a, b) => a - b);

describe('sampler', () => {
  it('gives each example once an epoch, in full batches but one', () => {
    fc.assert(
      fc.property(sampling, ({ lengths, ...options }) => {
        const batches = epochBatches(lengths, options);
        expect(ascending(batches)).toEqual([...lengths.keys()]);
        expect(batches.length).toBe(Math.ceil(lengths.length / options.batchSize));
        expect(batches.filter(({ length }) => length !== options.batchSize).length).toBeLessThan(2);
        expect(epochBatches(lengths, options)).toEqual(batches);
      }),
    );
  });

  it('gives each sequence once for inference', () => {
    fc.assert(
      fc.property(sampling, ({ lengths, batchSize }) => {
        expect(ascending(batchesByLength(lengths, batchSize))).toEqual([...lengths.keys()]);
      }),
    );
  });

  it('changes the order from epoch to epoch and from seed to seed', () => {
    const lengths = new Int32Array(100).fill(7);
    const order = (seed: number, epoch: number) =>
      epochBatches(lengths, { batchSize: 10, seed, epoch }).join();
    expect(new Set([order(1, 0), order(1, 1), order(2, 0), order(2, 1)]).size).toBe(4);
  });

  it('needs far less padding than batches in file order', () => {
    const lengths = Int32Array.from({ length: 1000 }, (_, i) => 4 + ((i * 7919) % 125));
    const padded = (batches: Int32Array[]) =>
      batches.reduce((sum, batch) => sum + batch.length * Math.max(...batch.map((i) => lengths[i]!)), 0);
    const real = lengths.reduce((a, b) => a + b);
    const sampled = padded(epochBatches(lengths, { batchSize: 16, seed: 1, epoch: 0 }));
    expect(1 - real / sampled).toBeLessThan(0.05);
  });
});
