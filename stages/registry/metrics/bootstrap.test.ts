import { describe, expect, it } from '@jest/globals';
import { memoryStageContext } from '../../testing/index.js';
import { bootstrap, bootstrapTally, pairedDifference, quantile } from './bootstrap.js';
import type { Judged } from './judged.js';
import { accuracyOf, macroF1Of } from './tally.js';

const ctx = memoryStageContext();
const options = { resamples: 2000, confidence: 0.95, seed: 7 };
/** `rows` rows of two labels, every `everyWrong`th wrong. */
const judged = (rows: number, everyWrong: number): Judged => {
  const truth = Int32Array.from({ length: rows }, (_, row) => row % 2);
  const predicted = truth.map((label, row) => (row % everyWrong === 0 ? 1 - label : label));
  return { labels: ['ham', 'spam'], truth, predicted };
};

describe('quantile', () => {
  it('interpolates between neighbours', () => {
    const sorted = Float64Array.of(0, 1, 2, 10);
    expect([0, 0.5, 1, 0.9].map((share) => quantile(sorted, share))).toEqual([
      0,
      1.5,
      10,
      expect.closeTo(7.6, 9),
    ]);
  });
});

describe('bootstrap', () => {
  it('gives the interval that the binomial law expects of an accuracy', async () => {
    const [accuracy] = await bootstrapTally(ctx, judged(400, 10), (tally) => [accuracyOf(tally)], options);
    const halfWidth = 1.96 * Math.sqrt((0.9 * 0.1) / 400);
    expect(accuracy!.value).toBeCloseTo(0.9, 12);
    expect(accuracy!.low).toBeCloseTo(0.9 - halfWidth, 2);
    expect(accuracy!.high).toBeCloseTo(0.9 + halfWidth, 2);
  });

  it('gives the same interval again for the same seed and another one for another seed', async () => {
    const run = (seed: number) =>
      bootstrapTally(ctx, judged(57, 7), (tally) => [accuracyOf(tally)], {
        ...options,
        resamples: 101,
        seed,
      });
    expect(await run(1)).toEqual(await run(1));
    expect(await run(2)).not.toEqual(await run(1));
  });

  it('refuses to measure on no rows', async () => {
    await expect(bootstrap(ctx, 0, () => [0], options)).rejects.toMatchObject({ code: 'DATASET_INVALID' });
  });

  it('stops when it is cancelled, and lets timers run meanwhile', async () => {
    const controller = new AbortController();
    setTimeout(() => controller.abort(), 20);
    const endless = bootstrapTally(
      { ...ctx, signal: controller.signal },
      judged(20_000, 5),
      (tally) => [accuracyOf(tally)],
      { ...options, resamples: 100_000 },
    );
    await expect(endless).rejects.toMatchObject({ code: 'CANCELLED' });
  });
});

describe('pairedDifference', () => {
  it('is exactly zero between a model and itself', async () => {
    const model = judged(100, 9);
    expect(await pairedDifference(ctx, model, model, macroF1Of, options)).toEqual({
      value: 0,
      low: 0,
      high: 0,
    });
  });

  it('sees a small but consistent lead that separate intervals would hide', async () => {
    const worse = judged(300, 10);
    const predicted = worse.predicted.map((guess, row) => (row % 20 === 0 ? worse.truth[row]! : guess));
    const better = { ...worse, predicted };
    expect((await pairedDifference(ctx, better, worse, macroF1Of, options)).low).toBeGreaterThan(0);
    expect((await pairedDifference(ctx, worse, better, macroF1Of, options)).high).toBeLessThan(0);
  });
});
