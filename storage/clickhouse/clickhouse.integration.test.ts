import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { z } from 'zod';
import {
  DatasetDecision,
  DatasetRow,
  EvaluationRow,
  HealthReport,
  PredictionRow,
  SourceRecord,
  TrainingMetric,
} from '../../contracts/index.js';
import { sha256Hex } from '../digest.js';
import { startClickHouse, type TestClickHouse } from '../testing/clickhouse.js';
import {
  datasetRowsSuite,
  evaluationRowsSuite,
  healthReportsSuite,
  predictionsSuite,
  sourceRecordsSuite,
} from '../testing/rowSuites.js';
import { aDecision } from '../testing/rows.js';
import { openRowStore, type RowStore, rowQuery } from './client.js';
import { datasetRows } from './dataset-rows.js';
import { evaluationRows } from './evaluation-rows.js';
import { healthReports } from './health-reports.js';
import { FEW } from './limits.js';
import { columnName } from './naming.js';
import { predictions } from './predictions.js';
import { sourceRecords } from './source-records.js';
import { trainingMetrics } from './training-metrics.js';

const DATABASE = 'plumbline_test';
let server: TestClickHouse;
let rows: RowStore;

beforeAll(async () => {
  server = await startClickHouse();
  rows = openRowStore({
    url: server.url,
    database: DATABASE,
    user: 'default',
    password: () => Promise.resolve(''),
  });
}, 60_000);

afterAll(async () => {
  await rows.close();
  await server.stop();
});

sourceRecordsSuite('ClickHouse', () => sourceRecords(rows));
datasetRowsSuite('ClickHouse', () => datasetRows(rows));
evaluationRowsSuite('ClickHouse', () => evaluationRows(rows));
predictionsSuite('ClickHouse', () => predictions(rows));
healthReportsSuite('ClickHouse', () => healthReports(rows));

const columnsOf = rowQuery({
  name: 'columns of a table',
  sql: 'SELECT name FROM system.columns WHERE database = {database:String} AND table = {table:String}',
  params: z.object({ table: z.string() }),
  row: z.object({ name: z.string() }),
  ...FEW,
});

describe('row store tables', () => {
  it.each([
    ['source_records_v1', SourceRecord, []],
    ['dataset_rows_v1', DatasetRow, ['datasetId']],
    ['dataset_decisions_v1', DatasetDecision, []],
    ['training_metrics_v1', TrainingMetric.omit({ validationScore: true }), ['validationMacroF1']],
    ['evaluation_rows_v1', EvaluationRow, []],
    ['predictions_v1', PredictionRow, []],
    ['health_reports_v1', HealthReport.omit({ kind: true }), ['id']],
  ] as const)('%s has exactly the columns of its row type', async (table, schema, further) => {
    const found = await rows.read(columnsOf, { table });
    const expected = [...Object.keys(schema.shape), ...further].map(columnName);
    expect(found.map(({ name }) => name).sort()).toEqual(expected.sort());
  });

  it('keep every decision about a dataset once', async () => {
    const store = datasetRows(rows);
    const decisions = [
      aDecision(1),
      aDecision(2, { relatedRecordId: null }),
      aDecision(1, { action: 'changed', rule: 'dates', reason: 'to UTC', relatedRecordId: null }),
    ];
    await store.insertDecisions(decisions);
    await store.insertDecisions(decisions);
    const kept = await rows.read(
      rowQuery({
        name: 'decisions',
        sql: 'SELECT * FROM {database:Identifier}.dataset_decisions_v1 FINAL WHERE dataset_id = {id:String}',
        params: z.object({ id: z.string() }),
        row: DatasetDecision,
        ...FEW,
      }),
      { id: sha256Hex('dataset') },
    );
    expect(kept).toHaveLength(decisions.length);
    expect(kept).toEqual(expect.arrayContaining(decisions));
  });

  it('keep the metrics of the newest attempt of a step, whichever was inserted last', async () => {
    const metric = {
      trainingKey: 'key',
      attempt: 2,
      step: 10,
      epoch: 0.5,
      loss: 0.25,
      learningRate: 1e-5,
      gradNorm: 1.5,
      tokensPerSecond: 2000,
      validationScore: 0.75,
    };
    const sink = trainingMetrics(rows);
    await sink.insert([metric]);
    await sink.insert([{ ...metric, attempt: 1, loss: 9 }]);
    const kept = await rows.read(
      rowQuery({
        name: 'metrics',
        sql: 'SELECT * EXCEPT validation_macro_f1, validation_macro_f1 AS validation_score FROM {database:Identifier}.training_metrics_v1 FINAL',
        params: z.object({}),
        row: TrainingMetric,
        ...FEW,
      }),
      {},
    );
    expect(kept).toEqual([metric]);
  });
});

describe('row store queries', () => {
  const numbersQuery = (rowsMax: number, sql = 'SELECT number AS n FROM numbers(1000)') =>
    rowQuery({
      name: 'test query',
      sql,
      params: z.object({}),
      row: z.object({ n: z.number() }),
      rowsMax,
      secondsMax: 1,
    });

  it('that bring more rows than their bound are errors, never cut', async () => {
    expect(await rows.read(numbersQuery(1000), {})).toHaveLength(1000);
    await expect(rows.read(numbersQuery(999), {})).rejects.toMatchObject({
      code: 'INTERNAL',
      details: { clickhouseCode: '396', query: 'test query' },
    });
  });

  it('that take longer than their bound end with TIMEOUT', async () => {
    const slow = numbersQuery(1, 'SELECT count() AS n FROM numbers(1000000000000)');
    await expect(rows.read(slow, {})).rejects.toMatchObject({ code: 'TIMEOUT' });
  });

  it('that the server refuses tell its code and none of the data', async () => {
    const refused = rows.read(numbersQuery(1, "SELECT toUInt8('private text') AS n"), {});
    await expect(refused).rejects.toMatchObject({
      code: 'INTERNAL',
      details: { clickhouseType: 'CANNOT_PARSE_TEXT' },
    });
    await refused.catch((thrown: Error) => {
      expect(JSON.stringify([thrown, thrown.message, thrown.cause])).not.toContain('private');
    });
  });

  it('whose rows do not fit the schema tell where, and none of the data', async () => {
    const misfit = rows.read(numbersQuery(1, "SELECT 'private text' AS n"), {});
    await expect(misfit).rejects.toMatchObject({
      code: 'INTERNAL',
      details: { issues: ['n: invalid_type'] },
    });
  });

  it('make the schema again when the server has lost it', async () => {
    const store = sourceRecords(rows);
    await fetch(server.url, { method: 'POST', body: `DROP DATABASE ${DATABASE}` });
    expect(await store.readBatch(sha256Hex('batch'))).toEqual([]);
  });
});
