import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { ScheduleNotFoundError } from '@temporalio/client';
import { pino } from 'pino';
import { Registry } from 'prom-client';
import { createSourcesActivities } from '../../activities/sources/index.js';
import { ErrorBody, SourceState, sourceScheduleId } from '../../contracts/index.js';
import { until } from '../../contracts/testing/until.js';
import { registryWorld } from '../../stages/registry/testing/memory.js';
import { memoryWorld, testPipeline, withFiles } from '../../stages/testing/index.js';
import { type CatalogDatabase, openCatalogDatabase } from '../../storage/catalog/database.js';
import { sourceCatalog } from '../../storage/catalog/source-catalog.js';
import { temporalSourceSchedules } from '../../workers/sourceSchedules.js';
import { WorkflowBench } from '../../workflows/testing/bench.js';
import { createHttpServer, type HttpServer } from '../http/index.js';
import {
  createSourceSchedules,
  createTemporalGateway,
  registerControlRoutes,
  registerSourceMetrics,
} from './index.js';
import { noRows } from './testing/noRows.js';

const MAILS = { 'ham/1.eml': 'Subject: a\n\nhello', 'spam/2.eml': 'Subject: b\n\nbuy' };
const everySecond = { everyMinutes: 1 / 60 };

/** The catalog's routes over a real Temporal, a real catalog, and a worker with the activities of the stage. */
describe('sources of the catalog', () => {
  let folder: string;
  let bench: WorkflowBench;
  let database: CatalogDatabase;
  let app: HttpServer;
  const metrics = new Registry();

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'plumbline-sources-'));
    database = await openCatalogDatabase(join(folder, 'catalog.db'));
    bench = await WorkflowBench.open();
    const world = registryWorld();
    app = await createHttpServer({
      log: pino({ level: 'silent' }),
      title: 'test',
      version: '0',
      bodyBytesMax: 100_000,
      keys: [{ role: 'operator', key: 'operator-key' }],
      metrics,
      ready: async () => ({}),
    });
    const { client } = bench.env;
    registerSourceMetrics(metrics, sourceCatalog(database));
    registerControlRoutes(app, {
      temporal: createTemporalGateway(client),
      catalog: world.catalog,
      sources: sourceCatalog(database),
      schedules: createSourceSchedules(client),
      artifacts: world.artifacts,
      blobs: world.blobs,
      ...noRows,
      info: {
        version: '0',
        temporalUiUrl: 'http://ui',
        temporalNamespace: 'default',
        inferenceUrl: 'http://i',
      },
      now: () => new Date(),
    });
    await app.ready();
  }, 240_000);
  afterAll(async () => {
    await app?.close();
    await bench?.close();
    await database?.close();
    await rm(folder, { recursive: true });
  }, 240_000);

  const serving = <T>(body: () => Promise<T>): Promise<T> => {
    const { objects: _, records, ...world } = memoryWorld();
    const activities = createSourcesActivities({
      ...world,
      records,
      sources: sourceCatalog(database),
      schedules: temporalSourceSchedules(bench.env.client),
    });
    return bench.serving(activities, body);
  };
  const call = async (method: 'GET' | 'POST' | 'DELETE', url: string, body?: unknown) => {
    const answer = await app.inject({
      method,
      url,
      headers: {
        authorization: 'Bearer operator-key',
        ...(body !== undefined && { 'content-type': 'application/json' }),
      },
      ...(body !== undefined && { payload: JSON.stringify(body) }),
    });
    const { statusCode } = answer;
    const json = answer.body === '' ? null : answer.json<unknown>();
    return { statusCode, json, code: statusCode < 400 ? null : ErrorBody.parse(json).error.code };
  };
  const entryOf = (root: string, name: string, change: object = {}) => ({
    apiVersion: 'plumbline/v1',
    labels: ['ham', 'spam'],
    source: { ...testPipeline(root).sources[0], name },
    retry: { attemptsMax: 1 },
    ...change,
  });
  const stateOf = async (name: string) => SourceState.parse((await call('GET', `/v1/sources/${name}`)).json);
  const scheduleOf = (name: string) => bench.env.client.schedule.getHandle(sourceScheduleId(name));

  it(
    'are collected by their schedule until they are paused, again when resumed, and not at all when removed',
    () =>
      withFiles(MAILS, (root) =>
        serving(async () => {
          expect(
            await call('POST', '/v1/sources', entryOf(root, 'mails', { schedule: everySecond })),
          ).toMatchObject({
            statusCode: 201,
          });
          expect(await call('POST', '/v1/sources', entryOf(root, 'mails'))).toMatchObject({
            code: 'SOURCE_EXISTS',
          });
          await until(async () => (await stateOf('mails')).batchId !== null);
          expect((await scheduleOf('mails').describe()).policies.overlap).toBe('SKIP');

          const decision = { by: 'ada', reason: 'it is moved' };
          expect((await call('POST', '/v1/sources/mails/pause', decision)).statusCode).toBe(200);
          expect((await scheduleOf('mails').describe()).state).toMatchObject({ paused: true });
          expect(await call('POST', '/v1/sources/mails/collect')).toMatchObject({ code: 'SOURCE_PAUSED' });

          const { lastCollectedAt } = await stateOf('mails');
          expect((await call('POST', '/v1/sources/mails/resume')).statusCode).toBe(200);
          expect((await scheduleOf('mails').describe()).state).toMatchObject({ paused: false });
          await until(async () => (await stateOf('mails')).lastCollectedAt !== lastCollectedAt);

          expect((await call('DELETE', '/v1/sources/mails')).statusCode).toBe(204);
          expect(await call('GET', '/v1/sources/mails')).toMatchObject({ code: 'SOURCE_NOT_FOUND' });
          await expect(scheduleOf('mails').describe()).rejects.toThrow(ScheduleNotFoundError);
        }),
      ),
    240_000,
  );

  it(
    'that keep failing are paused, with an alert: the reason in the catalog and a gauge that says so',
    () =>
      serving(async () => {
        const entry = entryOf(join(folder, 'missing'), 'lost', { schedule: everySecond, failuresMax: 2 });
        await call('POST', '/v1/sources', entry);
        await until(async () => (await stateOf('lost')).pausedBecause !== null);
        expect(await stateOf('lost')).toMatchObject({
          failures: 2,
          pausedBecause: expect.stringContaining(
            '2 collections in a row have failed, the last with SOURCE_UNREADABLE',
          ),
        });
        await until(async () => (await scheduleOf('lost').describe()).state.paused);
        const text = await metrics.metrics();
        expect(text).toContain('plumbline_source_paused{source="lost"} 1');
        expect(text).toContain('plumbline_source_failures{source="lost"} 2');
      }),
    240_000,
  );

  it(
    'are collected when an object store says that objects were created, and tested on request',
    () =>
      withFiles(MAILS, (root) =>
        serving(async () => {
          await call('POST', '/v1/sources', entryOf(root, 'events'));
          expect(await call('POST', '/v1/sources/events/test')).toMatchObject({
            statusCode: 200,
            json: { found: '2 files', fields: [] },
          });
          const { source } = entryOf(join(root, 'missing'), 'elsewhere');
          expect(await call('POST', '/v1/source-tests', { source })).toMatchObject({
            code: 'SOURCE_UNREADABLE',
          });
          const event = {
            EventName: 's3:ObjectCreated:Put',
            Key: 'mails/3.eml',
            Records: [
              { eventVersion: '2.0', eventName: 's3:ObjectCreated:Put', s3: { object: { key: '3.eml' } } },
            ],
          };
          expect(await call('POST', '/v1/sources/events/collect', event)).toMatchObject({
            statusCode: 202,
            json: { workflowId: 'source/events', workflow: 'collectCatalogSource' },
          });
          await until(async () => (await stateOf('events')).batchId !== null);
        }),
      ),
    240_000,
  );

  it('whose schedule is none are not created', async () => {
    const entry = entryOf('/x', 'never', { schedule: { cron: '99 99 99 99 99' } });
    expect(await call('POST', '/v1/sources', entry)).toMatchObject({ code: 'REQUEST_INVALID' });
    expect(await call('GET', '/v1/sources/never')).toMatchObject({ code: 'SOURCE_NOT_FOUND' });
  }, 60_000);
});
