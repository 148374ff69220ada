import { describe, expect, it } from '@jest/globals';
import { Random } from '../../nn/index.js';
import { createPace } from '../pace.js';
import { memoryStageContext } from '../testing/index.js';
import type { View } from './kernel.js';
import { twoSampleTest } from './twoSampleTest.js';
import { viewsOf } from './views.js';

const pace = () => createPace(memoryStageContext(), { activity: 'test', unit: 'permutations' });

/** A row of a two-class model: a mixture of two clusters of embeddings, with scores that depend on the cluster. */
const row = (random: Random, dims: number, { shift = 0, spamShare = 0.3 } = {}) => {
  const spam = random.uniform() < spamShare;
  const embedding = Array.from(
    { length: dims },
    (_, i) => random.normal() + (spam && i === 0 ? 3 : 0) + shift,
  );
  const p = 1 / (1 + Math.exp(-(spam ? 6 : -6) - random.normal()));
  return { embedding, scores: [1 - p, p] };
};

const sample = (random: Random, rows: number, dims: number, drift = {}) =>
  Array.from({ length: rows }, () => row(random, dims, drift));

const test = (views: View[], windowRows: number, referenceRows: number, seed: number, permutations = 99) =>
  twoSampleTest({ views, windowRows, referenceRows, permutations, falseAlarmRate: 0.05, seed, pace: pace() });

describe('the two-sample test', () => {
  it('raises false alarms on 5 % of undrifted windows, within binomial bounds over 400 windows', async () => {
    const windows = 400;
    const pValues: number[] = [];
    for (let seed = 0; seed < windows; seed += 1) {
      const random = new Random(seed, 1);
      const views = viewsOf([...sample(random, 15, 3), ...sample(random, 25, 3)]);
      pValues.push((await test(views, 15, 25, seed)).pValue);
    }
    const rate = pValues.filter((p) => p <= 0.05).length / windows;
    const deviation = Math.sqrt((0.05 * 0.95) / windows);
    expect(Math.abs(rate - 0.05)).toBeLessThan(3 * deviation);
    const mean = pValues.reduce((a, b) => a + b, 0) / windows;
    expect(Math.abs(mean - 0.5)).toBeLessThan((3 * Math.sqrt(1 / 12)) / Math.sqrt(windows));
  }, 60_000);

  it.each([
    ['embeddings that moved', { shift: 1 }],
    ['another mix of classes', { spamShare: 0.8 }],
  ])(
    'sees %s in at least 95 % of windows',
    async (_name, drift) => {
      let alarms = 0;
      for (let seed = 0; seed < 40; seed += 1) {
        const random = new Random(seed, 2);
        const views = viewsOf([...sample(random, 40, 8, drift), ...sample(random, 60, 8)]);
        const { pValue, statistic, threshold } = await test(views, 40, 60, seed);
        if (pValue <= 0.05) alarms += 1;
        expect(pValue <= 0.05).toBe(statistic > threshold!);
      }
      expect(alarms).toBeGreaterThanOrEqual(38);
    },
    60_000,
  );

  it('gives the same figures for the same seed, and finds nothing in equal rows', async () => {
    const random = new Random(5);
    const views = viewsOf([...sample(random, 30, 4), ...sample(random, 30, 4)]);
    expect(await test(views, 30, 30, 9)).toEqual(await test(views, 30, 30, 9));
    const equal = viewsOf(Array.from({ length: 40 }, () => ({ embedding: [1, 2], scores: [0.5, 0.5] })));
    expect((await test(equal, 20, 20, 1)).pValue).toBe(1);
  });

  it('the statistic equals the double sums of its definition', async () => {
    const points = [0, 1, 2, 10, 11];
    const views = [{ dims: 1, points: Float64Array.from(points) }];
    const { statistic } = await test(views, 2, 3, 1);
    const medians = [1, 4, 100, 121, 81, 64];
    const candidates = medians.map((median) => {
      const k = (a: number, b: number) => Math.exp(-((points[a]! - points[b]!) ** 2) / (2 * median));
      return (
        k(0, 1) +
        (k(2, 3) + k(2, 4) + k(3, 4)) / 3 -
        (k(0, 2) + k(0, 3) + k(0, 4) + k(1, 2) + k(1, 3) + k(1, 4)) / 3
      );
    });
    expect(Math.min(...candidates.map((candidate) => Math.abs(candidate - statistic)))).toBeLessThan(1e-6);
  });
});
