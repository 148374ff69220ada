import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { Client, Connection } from '@temporalio/client';
import { pino } from 'pino';
import { Registry } from 'prom-client';
import { ErrorBody, RunDetail, RunList, StartedRun } from '../../contracts/index.js';
import { registryWorld } from '../../stages/registry/testing/memory.js';
import { MemorySourceCatalog, testPipeline } from '../../stages/testing/index.js';
import { SEARCH_ATTRIBUTES } from '../../temporal.config.js';
import { type DevServer, startDevServer } from '../../workflows/testing/devServer.js';
import { createHttpServer, type HttpServer } from '../http/index.js';
import { createSourceSchedules, createTemporalGateway, registerControlRoutes } from './index.js';
import { noRows } from './testing/noRows.js';

const as = (role: string) => ({ authorization: `Bearer ${role}-key`, 'content-type': 'application/json' });
const pipeline = testPipeline('/nowhere');
const decision = { by: 'ada', reason: 'because' };
let now = new Date('2026-11-23T10:00:00Z');
let server: DevServer;
let connection: Connection;
let app: HttpServer;

beforeAll(async () => {
  server = await startDevServer(SEARCH_ATTRIBUTES);
  connection = Connection.lazy({ address: server.address });
  const world = registryWorld();
  app = await createHttpServer({
    log: pino({ level: 'silent' }),
    title: 'test',
    version: '0',
    bodyBytesMax: 100_000,
    keys: [
      { role: 'viewer', key: 'viewer-key' },
      { role: 'operator', key: 'operator-key' },
    ],
    metrics: new Registry(),
    ready: async () => ({}),
  });
  registerControlRoutes(app, {
    temporal: createTemporalGateway(new Client({ connection })),
    catalog: world.catalog,
    sources: new MemorySourceCatalog(),
    schedules: createSourceSchedules(new Client({ connection })),
    artifacts: world.artifacts,
    blobs: world.blobs,
    ...noRows,
    info: {
      version: '0',
      temporalUiUrl: 'http://ui',
      temporalNamespace: 'default',
      inferenceUrl: 'http://i',
    },
    now: () => now,
  });
  await app.ready();
}, 60_000);

afterAll(async () => {
  await app?.close();
  await connection?.close();
  await server?.stop();
});

const start = (workflow: string, body: unknown, role = 'operator') =>
  app.inject({
    method: 'POST',
    url: `/v1/workflows/${workflow}`,
    headers: as(role),
    payload: JSON.stringify(body),
  });
const codeOf = (answer: { json(): unknown }): string => ErrorBody.parse(answer.json()).error.code;

describe('the control API', () => {
  it('starts a workflow under a readable id, lists it, tells its state without a worker, and cancels it', async () => {
    const started = await start('lifecycle', { pipeline });
    expect(started.statusCode).toBe(201);
    const { workflowId } = StartedRun.parse(started.json());
    expect(workflowId).toBe(`lifecycle/${pipeline.name}/2026-11-23T10-00-00Z`);

    const path = `/v1/runs/${encodeURIComponent(workflowId)}`;
    const detail = await app.inject({ url: path, headers: as('viewer') });
    expect(RunDetail.parse(detail.json())).toMatchObject({ workflowId, state: 'running', status: null });

    const cancelled = await app.inject({
      method: 'POST',
      url: `${path}/cancel`,
      headers: as('operator'),
      payload: JSON.stringify(decision),
    });
    expect(cancelled.statusCode).toBe(202);

    const deadline = Date.now() + 20_000;
    for (;;) {
      const list = await app.inject({ url: '/v1/runs?workflow=lifecycle', headers: as('viewer') });
      const { runs } = RunList.parse(list.json());
      if (runs.some((run) => run.workflowId === workflowId)) break;
      if (Date.now() > deadline) throw new Error('the run never appeared in the list');
    }
  }, 60_000);

  it('refuses a second start of the same run', async () => {
    now = new Date('2026-11-23T11:00:00Z');
    expect((await start('trainModel', { pipeline, datasetId: 'a'.repeat(64) })).statusCode).toBe(201);
    const again = await start('trainModel', { pipeline, datasetId: 'a'.repeat(64) });
    expect([again.statusCode, codeOf(again)]).toEqual([409, 'RUN_ALREADY_EXISTS']);
  });

  it.each([
    [
      'an invalid pipeline',
      'lifecycle',
      { pipeline: { ...pipeline, labels: [] } },
      'operator',
      400,
      'REQUEST_INVALID',
    ],
    ['an unknown workflow', 'mine', {}, 'operator', 404, 'NOT_FOUND'],
    ['a role that may only look', 'lifecycle', { pipeline }, 'viewer', 403, 'FORBIDDEN'],
    ['a stranger', 'lifecycle', { pipeline }, 'nobody', 401, 'UNAUTHENTICATED'],
    [
      'a payload over 64 KiB',
      'lifecycle',
      { pipeline: { ...pipeline, labels: [...pipeline.labels, ...manyLabels()] } },
      'operator',
      413,
      'PAYLOAD_TOO_LARGE',
    ],
  ])('answers %s with a code', async (_title, workflow, body, role, status, code) => {
    const answer = await start(workflow, body, role);
    expect([answer.statusCode, codeOf(answer)]).toEqual([status, code]);
  });

  it.each([
    ['GET', '/v1/runs/none', 'RUN_NOT_FOUND'],
    ['POST', '/v1/runs/none/approve', 'RUN_NOT_FOUND'],
    ['POST', '/v1/runs/none/cancel', 'RUN_NOT_FOUND'],
    ['GET', '/v1/models/none', 'MODEL_NOT_FOUND'],
    ['GET', `/v1/model-versions/${'b'.repeat(64)}/report`, 'MODEL_NOT_FOUND'],
    ['GET', '/v1/sources/none', 'SOURCE_NOT_FOUND'],
    ['POST', '/v1/sources/none/pause', 'SOURCE_NOT_FOUND'],
    ['POST', '/v1/sources/none/collect', 'SOURCE_NOT_FOUND'],
    ['GET', `/v1/datasets/${'b'.repeat(64)}`, 'OBJECT_NOT_FOUND'],
    ['GET', `/v1/datasets/${'b'.repeat(64)}/diff/${'c'.repeat(64)}`, 'OBJECT_NOT_FOUND'],
    ['GET', `/v1/lineage/${'b'.repeat(64)}`, 'OBJECT_NOT_FOUND'],
    ['GET', '/v1/lineage/00000000-0000-4000-8000-000000000000', 'OBJECT_NOT_FOUND'],
    ['GET', `/v1/records/${'b'.repeat(64)}/raw`, 'OBJECT_NOT_FOUND'],
  ] as const)('%s %s is %s', async (method, url, code) => {
    const payload = method === 'POST' ? { payload: JSON.stringify(decision) } : {};
    const answer = await app.inject({ method, url, headers: as('operator'), ...payload });
    expect([answer.statusCode, codeOf(answer)]).toEqual([404, code]);
  });

  it('refuses a filter that could end its quotes', async () => {
    const answer = await app.inject({ url: '/v1/runs?pipeline=a%22%20OR%201', headers: as('viewer') });
    expect([answer.statusCode, codeOf(answer)]).toEqual([400, 'REQUEST_INVALID']);
  });

  it('documents every route in OpenAPI 3.1', async () => {
    const document = (await app.inject({ url: '/openapi.json' })).json<{ openapi: string; paths: object }>();
    expect(document.openapi).toMatch(/^3\.1/);
    expect(Object.keys(document.paths)).toEqual(
      expect.arrayContaining([
        '/v1/workflows/lifecycle',
        '/v1/runs/{workflowId}',
        '/v1/models/{name}/rollback',
        '/v1/sources',
        '/v1/sources/{name}/collect',
      ]),
    );
  });

  it('says that Temporal cannot be reached, with a status that invites to try again', async () => {
    await server.stop();
    const answer = await app.inject({ url: '/v1/runs', headers: as('viewer') });
    expect([answer.statusCode, codeOf(answer)]).toEqual([503, 'TEMPORAL_UNREACHABLE']);
  }, 60_000);
});

function manyLabels(): string[] {
  return Array.from({ length: 900 }, (_, index) => `${index}-${'x'.repeat(80)}`);
}
