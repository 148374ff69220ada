import { describe, expect, it } from '@jest/globals';
import type { TrainingMetric } from '../../contracts/index.js';
import { memoryStageContext } from '../testing/index.js';
import { MetricBatches } from './metrics.js';

const metric = (step: number): TrainingMetric => ({
  trainingKey: 'k',
  attempt: 1,
  step,
  epoch: 1,
  loss: 1,
  learningRate: 1,
  gradNorm: 1,
  tokensPerSecond: 1,
  validationScore: null,
});

describe('MetricBatches', () => {
  it('hands every row on once and in order, few at a time', async () => {
    const batches: number[][] = [];
    const sink = {
      insert: async (rows: readonly TrainingMetric[]) => void batches.push(rows.map((row) => row.step)),
    };
    const metrics = new MetricBatches(sink, memoryStageContext().log, 20);
    metrics.add(metric(1));
    metrics.add(metric(2));
    await new Promise((resolve) => setTimeout(resolve, 80));
    metrics.add(metric(3));
    await metrics.close();
    expect(batches).toEqual([[1, 2], [3]]);
  });

  it('warns once and goes on when the sink fails', async () => {
    const ctx = memoryStageContext();
    let calls = 0;
    const sink = {
      insert: async () => {
        calls += 1;
        throw new Error('away');
      },
    };
    const metrics = new MetricBatches(sink, ctx.log, 10);
    metrics.add(metric(1));
    await new Promise((resolve) => setTimeout(resolve, 50));
    metrics.add(metric(2));
    await metrics.close();
    expect(calls).toBe(2);
    expect(ctx.lines).toHaveLength(1);
  });
});
