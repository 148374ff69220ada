import { randomUUID } from 'node:crypto';
import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it, jest } from '@jest/globals';
import { Client, Connection } from '@temporalio/client';
import { Command } from 'commander';
import { pino } from 'pino';
import { Registry } from 'prom-client';
import {
  createSourceSchedules,
  createTemporalGateway,
  registerControlRoutes,
} from '../../../api/control/index.js';
import { createHttpServer, type HttpServer } from '../../../api/http/index.js';
import { type PredictionRow, Trace } from '../../../contracts/index.js';
import { Random } from '../../../nn/index.js';
import { sha256Hex } from '../../../stages/digest.js';
import { classify } from '../../../stages/serving/index.js';
import { type LifecycleWorld, lifecycleWorld } from '../../../stages/testing/lifecycle.js';
import { openRowStore, type RowStore } from '../../../storage/clickhouse/client.js';
import { datasetComparison } from '../../../storage/clickhouse/dataset-comparison.js';
import { datasetRows } from '../../../storage/clickhouse/dataset-rows.js';
import { lineageRows } from '../../../storage/clickhouse/lineage-rows.js';
import { predictions } from '../../../storage/clickhouse/predictions.js';
import { sourceRecords } from '../../../storage/clickhouse/source-records.js';
import { startClickHouse, type TestClickHouse } from '../../../storage/testing/clickhouse.js';
import { aDatasetRow, aRecord } from '../../../storage/testing/rows.js';
import { PlumblineClient } from '../../sdk/index.js';
import { addVersionCommands } from './index.js';

jest.setTimeout(180_000);

const WORDS = [
  'please',
  'today',
  'my',
  'the',
  'now',
  'want',
  'open',
  'close',
  'account',
  'card',
  'loan',
  'ticket',
];
const random = new Random(3);
const sentence = (verb: string): string =>
  [verb, ...Array.from({ length: 9 }, () => WORDS[random.below(WORDS.length)]!)].join(' ');
const lines = ['open', 'close'].flatMap((label) =>
  Array.from({ length: 60 }, () => JSON.stringify({ text: sentence(label), label })),
);

let clickHouse: TestClickHouse;
let rows: RowStore;
let world: LifecycleWorld;
let app: HttpServer;
let connection: Connection;
let client: PlumblineClient;
let folder: string;
let made: Awaited<ReturnType<LifecycleWorld['run']>>;
let answer: (text: string) => Promise<string>;
const stops: (() => Promise<unknown>)[] = [];

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'plumbline-trace-'));
  clickHouse = await startClickHouse();
  const password = () => Promise.resolve('');
  rows = openRowStore({ url: clickHouse.url, database: 'trace_test', user: 'default', password });
  world = await lifecycleWorld(WORDS, { 'requests.jsonl': lines.join('\n') });
  Object.assign(world.ctx, { records: sourceRecords(rows), datasets: datasetRows(rows) });
  const pipeline = world.pipelineOf({
    name: 'requests',
    labels: ['open', 'close'],
    sources: [
      {
        name: 'requests',
        connector: 'files',
        root: world.folder,
        include: ['*.jsonl'],
        format: 'jsonl',
        label: { from: 'field', field: 'label' },
      },
    ],
    dataset: { split: { train: 6, validation: 2, test: 2 } },
    training: { maxLength: 16, epochs: 1, learningRate: 1e-3 },
    evaluation: { bootstrapResamples: 100, learningCurve: [], lengthSlices: [8] },
    promotion: { gate: { minimum: 0, margin: -1 } },
  });
  made = await world.run(pipeline);
  const host = await world.serve({ ...pipeline }, made);
  stops.push(() => host.stop());
  const served = host.list()[0]!.served!;
  answer = async (text) => {
    const logged: PredictionRow[] = [];
    const log = { add: (added: readonly PredictionRow[]) => void logged.push(...added) };
    await classify({ ctx: { served, log, now: new Date(), newId: randomUUID }, input: { texts: [text] } });
    await predictions(rows).insert(logged);
    return logged[0]!.predictionId;
  };
  app = await createHttpServer({
    log: pino({ level: 'silent' }),
    title: 'test',
    version: '0',
    bodyBytesMax: 100_000,
    keys: [{ role: 'operator', key: 'operator-key' }],
    metrics: new Registry(),
    ready: async () => ({}),
  });
  connection = Connection.lazy({ address: '127.0.0.1:1' });
  registerControlRoutes(app, {
    ...world.ctx,
    temporal: createTemporalGateway(new Client({ connection })),
    schedules: createSourceSchedules(new Client({ connection })),
    comparison: datasetComparison(rows),
    lineageRows: lineageRows(rows),
    info: {
      version: '0',
      temporalUiUrl: 'http://ui',
      temporalNamespace: 'default',
      inferenceUrl: 'http://i',
    },
    now: () => new Date(),
  });
  const apiUrl = await app.listen({ host: '127.0.0.1', port: 0 });
  client = new PlumblineClient({ apiUrl, apiKey: 'operator-key' });
});

afterAll(async () => {
  for (const stop of stops) await stop();
  await app?.close();
  await connection?.close();
  await world?.remove();
  await rows?.close();
  await clickHouse?.stop();
  await rm(folder, { recursive: true });
});

/** Runs the command as a terminal would. @returns what it printed */
const plumbline = async (...args: string[]): Promise<string> => {
  const said: string[] = [];
  const program = new Command('plumbline').exitOverride();
  addVersionCommands(program, {
    say: (text) => void said.push(text),
    connection: () => ({ client, viewerKeyFile: null }),
  });
  await program.parseAsync(args, { from: 'user' });
  return said.join('\n');
};
const traced = async (...args: string[]): Promise<Trace> =>
  Trace.parse(JSON.parse(await plumbline('lineage', 'trace', '--json', ...args)));

describe('plumbline lineage trace', () => {
  it('follows any served prediction of a known text to the raw bytes it was collected as', async () => {
    for (const row of (await datasetRows(rows).readRows(made.datasetId)).slice(0, 10)) {
      const path = join(folder, row.recordId);
      const trace = await traced(await answer(row.text), '--raw', path);
      expect(trace.records.map(({ recordId }) => recordId)).toEqual([row.recordId]);
      const raw = await readFile(path);
      expect(sha256Hex(raw)).toBe(row.recordId);
      const { position } = trace.records[0]!.places[0]!;
      expect(trace.records[0]!.places).toMatchObject([{ source: 'requests', path: 'requests.jsonl' }]);
      // A record of JSON Lines is kept as canonical JSON.
      expect(JSON.parse(raw.toString())).toEqual(JSON.parse(lines[position]!));
    }
  });

  it('follows one of an unknown text to the version, its datasets and batches, and the raw bytes of all it learnt from', async () => {
    const path = join(folder, 'learnt');
    const id = await answer('a text that nobody has ever collected');
    const trace = await traced(id, '--raw', path);
    expect(trace).toMatchObject({ kind: 'Prediction', records: [], prediction: { predictionId: id } });
    expect(trace.statement).toContain('not kept');
    expect(trace.cameFrom.map(({ kind }) => kind)).toEqual([
      'ModelVersion',
      'Evaluation',
      'TrainingRun',
      'DatasetVersion',
      'SourceBatch',
    ]);
    const train = (await datasetRows(rows).readRows(made.datasetId)).filter(({ split }) => split === 'train');
    expect(trace.learntFrom).toEqual([{ datasetId: made.datasetId, rows: train.length }]);
    const written = await readdir(path);
    expect(written.sort()).toEqual(train.map(({ recordId }) => recordId));
    for (const name of written) expect(sha256Hex(await readFile(join(path, name)))).toBe(name);
  });

  it('says of each record which model versions learnt from it, were chosen by it or measured by it', async () => {
    for (const [split, use] of [
      ['train', 'learnt-from'],
      ['validation', 'chosen-by'],
      ['test', 'measured-by'],
    ] as const) {
      const row = (await datasetRows(rows).readRows(made.datasetId)).find((each) => each.split === split)!;
      const trace = await traced(row.recordId);
      expect(trace.models).toMatchObject([
        { modelVersionId: made.modelVersionId, use: [use], certain: true },
      ]);
      expect(trace.datasets).toEqual([made.datasetId]);
    }
  });

  it('goes from a batch, a dataset and a training run to the models made from them, and back to the batch', async () => {
    const { batches } = await world.ctx.artifacts.get('DatasetVersion', made.datasetId);
    for (const id of [batches[0]!, made.datasetId, made.trainingRunId]) {
      const trace = await traced(id);
      expect(trace.models).toMatchObject([{ modelVersionId: made.modelVersionId, use: ['made-from'] }]);
      expect(trace.cameFrom[0]!.id).toBe(id);
      expect(trace.cameFrom.at(-1)!.id).toBe(batches[0]);
    }
    expect((await traced(batches[0]!)).datasets).toEqual([made.datasetId]);
    const report = await plumbline('lineage', 'trace', made.modelVersionId);
    expect(report).toContain(`DatasetVersion ${made.datasetId}\n    <- ${batches[0]}`);
  });

  it('tells nothing of what killed attempts left in the row store', async () => {
    const record = aRecord(1, { batchId: sha256Hex('never published') });
    await sourceRecords(rows).insert([record]);
    await datasetRows(rows).insertRows(sha256Hex('never published'), [aDatasetRow(1)]);
    await expect(client.trace(record.recordId)).rejects.toMatchObject({ code: 'OBJECT_NOT_FOUND' });
  });

  it('gives the bytes of records alone, and a code for what is no id', async () => {
    const weights = (await world.ctx.artifacts.get('TrainingRun', made.trainingRunId)).weights.sha256;
    await expect(client.rawRecord(weights)).rejects.toMatchObject({ code: 'OBJECT_NOT_FOUND' });
    await expect(client.trace("x' OR 1=1")).rejects.toMatchObject({ code: 'REQUEST_INVALID' });
    await expect(
      plumbline('lineage', 'trace', made.datasetId, '--raw', join(folder, 'no')),
    ).rejects.toMatchObject({
      code: 'REQUEST_INVALID',
    });
  });
});
