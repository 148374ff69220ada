import { describe, expect, it } from '@jest/globals';
import { type PredictionRow, plumblineError } from '../../contracts/index.js';
import { until } from '../../contracts/testing/until.js';
import { sha256Hex } from '../digest.js';
import { memoryStageContext } from '../testing/index.js';
import { silentObserver } from './observer.js';
import { createPredictionBuffer } from './predictionBuffer.js';

const row = (index: number): PredictionRow => ({
  predictionId: `00000000-0000-4000-8000-${String(index).padStart(12, '0')}`,
  at: '2026-11-23T10:00:00.000Z',
  model: 'triage',
  modelVersion: sha256Hex('version'),
  textDigest: sha256Hex(`text ${index}`),
  predicted: 'spam',
  scores: [0, 1],
  embedding: [0],
  tokens: 3,
  latencyMs: 1,
});
const rows = (from: number, count: number) => Array.from({ length: count }, (_, index) => row(from + index));

/** A row store that can be away. */
const makeStore = () => {
  const store = {
    error: null as Error | null,
    kept: [] as PredictionRow[],
    inserts: 0,
    async insert(inserted: readonly PredictionRow[]) {
      if (store.error !== null) throw store.error;
      store.inserts += 1;
      store.kept.push(...inserted);
    },
  };
  return store;
};

const counting = () => {
  const seen = { dropped: 0 };
  const predictionsDropped = (count: number) => {
    seen.dropped += count;
  };
  return { seen, observer: { ...silentObserver, predictionsDropped } };
};

const unreachable = () => plumblineError('CLICKHOUSE_UNREACHABLE', 'is away');

describe('the prediction log', () => {
  it('many small additions become few inserts, and none waits longer than the interval', async () => {
    const store = makeStore();
    const buffer = createPredictionBuffer(store, memoryStageContext().log, { flushEveryMs: 20 });
    for (let index = 0; index < 50; index += 1) buffer.add([row(index)]);
    await until(() => store.kept.length === 50);
    expect(store.inserts).toBe(1);
    await buffer.close();
  });

  it('a full insert does not wait for the interval', async () => {
    const store = makeStore();
    const options = { flushEveryMs: 60_000, rowsPerInsert: 10 };
    const buffer = createPredictionBuffer(store, memoryStageContext().log, options);
    buffer.add(rows(0, 9));
    buffer.add(rows(9, 1));
    await until(() => store.kept.length === 10);
    await buffer.close();
  });

  it('an outage is waited out: every row is written once, in order', async () => {
    const store = makeStore();
    store.error = unreachable();
    const buffer = createPredictionBuffer(store, memoryStageContext().log, {
      flushEveryMs: 5,
      rowsPerInsert: 4,
    });
    buffer.add(rows(0, 10));
    await new Promise((resolve) => setTimeout(resolve, 20));
    store.error = null;
    await until(() => buffer.waiting === 0);
    expect(store.kept).toEqual(rows(0, 10));
    await buffer.close();
  });

  it('memory is bounded: the oldest rows are dropped and counted', async () => {
    const store = makeStore();
    const { seen, observer } = counting();
    store.error = unreachable();
    const buffer = createPredictionBuffer(store, memoryStageContext().log, { rowsMax: 5, observer });
    buffer.add(rows(0, 4));
    buffer.add(rows(4, 4));
    store.error = null;
    await buffer.close();
    expect([seen.dropped, store.kept]).toEqual([3, rows(3, 5)]);
  });

  it('closing writes what waits; what cannot be written in time is counted, not forgotten', async () => {
    const store = makeStore();
    const { seen, observer } = counting();
    const buffer = createPredictionBuffer(store, memoryStageContext().log, {
      flushEveryMs: 60_000,
      observer,
    });
    buffer.add(rows(0, 3));
    await buffer.close();
    expect(store.kept).toHaveLength(3);
    store.error = unreachable();
    const other = createPredictionBuffer(store, memoryStageContext().log, { flushEveryMs: 60_000, observer });
    other.add(rows(3, 2));
    await other.close(50);
    expect(seen.dropped).toBe(2);
  });

  it('a refusal that no retry can heal costs only the rows of that insert', async () => {
    const store = makeStore();
    const { seen, observer } = counting();
    const context = memoryStageContext();
    store.error = plumblineError('REQUEST_INVALID', 'a column is missing');
    const buffer = createPredictionBuffer(store, context.log, { flushEveryMs: 5, observer });
    buffer.add(rows(0, 2));
    await until(() => buffer.waiting === 0);
    store.error = null;
    buffer.add(rows(2, 2));
    await until(() => store.kept.length === 2);
    expect(seen.dropped).toBe(2);
    expect(context.lines.some(({ level }) => level === 'error')).toBe(true);
    await buffer.close();
  });
});
