import { describe, expect, it } from '@jest/globals';
import type { PredictionRow } from '../../contracts/index.js';
import type { DatasetSink, SourceRecordReader } from '../../stages/datasets/ports.js';
import type { HealthReports, PredictionReader, ReferenceReader } from '../../stages/monitoring/ports.js';
import type { EvaluationRows } from '../../stages/registry/ports.js';
import type { PredictionLog } from '../../stages/serving/ports.js';
import type { SourceRecordSink } from '../../stages/sources/ports.js';
import type { DatasetReader } from '../../stages/training/ports.js';
import { sha256Hex } from '../digest.js';
import { aDatasetRow, anEvaluationRow, aPrediction, aRecord, aReport } from './rows.js';

/** Rows by record id, as readers order them. */
const byRecord = <R extends { readonly recordId: string }>(rows: readonly R[]): readonly R[] =>
  [...rows].sort((a, b) => (a.recordId < b.recordId ? -1 : 1));

const numbers = (count: number): readonly number[] => Array.from({ length: count }, (_, index) => index);

/** What every keeper of source records must do. */
export const sourceRecordsSuite = (name: string, open: () => SourceRecordSink & SourceRecordReader): void => {
  describe(`source records: ${name}`, () => {
    it('give back every readable record once, in order, however often it was inserted', async () => {
      const batchId = sha256Hex('batch once');
      const records = numbers(4_500).map((number) => aRecord(number, { batchId }));
      const store = open();
      await store.insert(records);
      await store.insert(records);
      await store.insert([aRecord(9_999, { batchId, quarantineReason: 'not a mail' })]);
      await store.insert([aRecord(1, { batchId: sha256Hex('another batch') })]);
      expect(await store.readBatch(batchId)).toEqual(byRecord(records));
      expect(await store.readBatch(sha256Hex('no batch'))).toEqual([]);
      await store.insert([]);
    });

    it('know which records a chain of published batches holds, and none of rows that a killed attempt left', async () => {
      const of = { pipeline: 'spam-triage', source: 'chained' };
      const [first, second, left] = ['first', 'second', 'left behind'].map(sha256Hex) as [
        string,
        string,
        string,
      ];
      const rowsOf = (batchId: string, from: number, to: number) =>
        numbers(to)
          .slice(from)
          .map((number) => aRecord(number, { ...of, batchId }));
      const idsOf = (from: number, to: number) => rowsOf(first, from, to).map(({ recordId }) => recordId);
      const store = open();
      await store.insert([...rowsOf(first, 0, 5_000), ...rowsOf(left, 9_000, 9_010)]);
      await store.insert([
        aRecord(9_005, { ...of, source: 'another', batchId: sha256Hex('another source') }),
      ]);
      const held = await store.heldByChain({ ...of, head: first }, [
        ...idsOf(0, 9_000),
        ...idsOf(9_000, 9_010),
      ]);
      expect([...held].sort()).toEqual(idsOf(0, 5_000).sort());
      await store.insert(rowsOf(second, 5_000, 5_001));
      expect(await store.heldByChain({ ...of, head: second }, idsOf(4_999, 5_002))).toEqual(
        new Set(idsOf(4_999, 5_001)),
      );
      expect(await store.heldByChain({ ...of, head: second }, [])).toEqual(new Set());
    });

    it('count bytes that lie at two places as one record, at the first place', async () => {
      const batchId = sha256Hex('batch of twins');
      const store = open();
      await store.insert(['b.eml', 'a.eml'].map((path) => aRecord(1, { batchId, path })));
      expect(await store.readBatch(batchId)).toEqual([aRecord(1, { batchId, path: 'a.eml' })]);
    });
  });
};

/** What every keeper of dataset rows must do. */
export const datasetRowsSuite = (name: string, open: () => DatasetSink & DatasetReader): void => {
  describe(`dataset rows: ${name}`, () => {
    it('come back as they were, texts and instants of all times included', async () => {
      const sentAt = [
        null,
        '1969-12-31T23:59:59.999Z',
        '0001-01-01T00:00:00.000Z',
        '9999-12-31T23:59:59.000Z',
      ];
      const rows = sentAt.map((instant, number) => aDatasetRow(number, { sentAt: instant }));
      const datasetId = sha256Hex('dataset of times');
      const store = open();
      await store.insertRows(datasetId, rows);
      await store.insertRows(datasetId, rows);
      await store.insertRows(sha256Hex('another'), [aDatasetRow(77)]);
      expect(await store.readRows(datasetId)).toEqual(byRecord(rows));
    });

    it('keep their entities, and know none from no list of them', async () => {
      const entities = [{ start: 1, end: 3, label: 'PER "x"' }];
      const rows = [aDatasetRow(1, { entities }), aDatasetRow(2, { entities: [] }), aDatasetRow(3)];
      const datasetId = sha256Hex('dataset of entities');
      const store = open();
      await store.insertRows(datasetId, rows);
      expect(await store.readRows(datasetId)).toEqual(byRecord(rows));
    });

    it('may be longer than one insert holds', async () => {
      const rows = numbers(6).map((number) => aDatasetRow(number, { text: 'x'.repeat(3_000_000) + number }));
      const datasetId = sha256Hex('dataset of long texts');
      const store = open();
      await store.insertRows(datasetId, rows);
      expect(await store.readRows(datasetId)).toEqual(byRecord(rows));
    });
  });
};

/** What every keeper of evaluation rows must do. */
export const evaluationRowsSuite = (name: string, open: () => EvaluationRows & ReferenceReader): void => {
  describe(`evaluation rows: ${name}`, () => {
    it('keep true and found entities', async () => {
      const trainingRunId = sha256Hex('run of entities');
      const rows = [
        anEvaluationRow(1, {
          trainingRunId,
          entities: [{ start: 0, end: 2, label: 'ORG' }],
          predictedEntities: [],
        }),
        anEvaluationRow(2, { trainingRunId }),
      ];
      const store = open();
      await store.insert(rows);
      expect(await store.read(trainingRunId, 'validation')).toEqual(byRecord(rows));
    });

    it('come back once, by split, with the very numbers of their embeddings', async () => {
      const validation = numbers(50).map((number) => anEvaluationRow(number));
      const test = numbers(3).map((number) => anEvaluationRow(number, { split: 'test' }));
      const store = open();
      await store.insert([...validation, ...test]);
      await store.insert(validation);
      expect(await store.read(sha256Hex('run'), 'validation')).toEqual(byRecord(validation));
      expect(await store.read(sha256Hex('run'), 'test')).toEqual(byRecord(test));
    });

    it('with a number that is none are refused', async () => {
      const store = open();
      const broken = anEvaluationRow(1, { trainingRunId: sha256Hex('broken'), scores: [Number.NaN, 1] });
      await expect(store.insert([broken])).rejects.toMatchObject({ code: 'REQUEST_INVALID' });
      expect(await store.read(sha256Hex('broken'), 'validation')).toEqual([]);
    });
  });
};

/** What every log of predictions must do. */
export const predictionsSuite = (name: string, open: () => PredictionLog & PredictionReader): void => {
  describe(`predictions: ${name}`, () => {
    const version = sha256Hex('version of windows');
    const at = (ms: number): string => new Date(Date.UTC(2026, 10, 23) + ms).toISOString();

    it('fall into windows that follow one another, none lost and none doubled, also of one instant', async () => {
      const store = open();
      // Ten predictions an instant, so that no window of 7, 10 or 25 ends where an instant does by luck.
      const all = numbers(200).map((number) =>
        aPrediction(number, { modelVersion: version, at: at(Math.floor(number / 10)) }),
      );
      await store.insert([...all].reverse());
      await store.insert(all);
      await store.insert([aPrediction(1, { modelVersion: sha256Hex('another version') })]);
      for (const limit of [7, 10, 25, 1000]) {
        const seen: PredictionRow[] = [];
        let after: string | null = null;
        for (;;) {
          const window: readonly PredictionRow[] = await store.readAfter(version, after, limit);
          if (window.length === 0) break;
          expect(window.length).toBeGreaterThanOrEqual(Math.min(limit, all.length - seen.length));
          seen.push(...window);
          after = window.at(-1)!.at;
        }
        expect(seen).toEqual(all);
      }
    });
  });
};

/** What every keeper of health reports must do. */
export const healthReportsSuite = (name: string, open: () => HealthReports): void => {
  describe(`health reports: ${name}`, () => {
    it('give the newest report of a version, however often and in whichever order they were inserted', async () => {
      const store = open();
      const modelVersion = sha256Hex('watched version');
      expect(await store.latest(modelVersion)).toBeNull();
      const newer = aReport({ modelVersion, at: '2026-11-23T11:00:00.000Z' });
      const older = aReport({
        modelVersion,
        outcome: 'insufficient',
        windowEnd: null,
        statistic: null,
        threshold: null,
        pValue: null,
        labelShares: {},
      });
      await store.insert(sha256Hex('older'), older);
      expect(await store.latest(modelVersion)).toEqual({ ...older, id: sha256Hex('older') });
      await store.insert(sha256Hex('newer'), newer);
      await store.insert(sha256Hex('older'), older);
      expect(await store.latest(modelVersion)).toEqual({ ...newer, id: sha256Hex('newer') });
    });
  });
};
