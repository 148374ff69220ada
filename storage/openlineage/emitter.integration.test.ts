import { once } from 'node:events';
import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { afterEach, describe, expect, it } from '@jest/globals';
import { MockActivityEnvironment } from '@temporalio/testing';
import { DefaultLogger } from '@temporalio/worker';
import { Ajv2020 } from 'ajv/dist/2020.js';
import addFormats from 'ajv-formats';
import { createDatasetsActivities } from '../../activities/datasets/index.js';
import { createSourcesActivities } from '../../activities/sources/index.js';
import { until } from '../../contracts/testing/until.js';
import type { LineageEmitter, WorkReport } from '../../stages/ports.js';
import { memoryWorld, testPipeline, withFiles } from '../../stages/testing/index.js';
import { freePort } from '../testing/freePort.js';
import { openLineageEmitter } from './emitter.js';
import { lineageTarget } from './target.js';

/** The specification's own JSON Schemas (OpenLineage/OpenLineage, spec/, Apache-2.0), unchanged. */
const SPEC = new URL('testing/spec/', import.meta.url);
const now = '2026-11-23T10:00:00.000Z';
const noKey = async () => null;
const closers: (() => Promise<unknown>)[] = [];

afterEach(async () => {
  for (const close of closers.splice(0)) await close();
});

interface Event {
  readonly eventType: string;
  readonly run: { readonly runId: string; readonly facets: Readonly<Record<string, object>> };
  readonly job: { readonly name: string; readonly facets: Readonly<Record<string, object>> };
  readonly inputs: readonly Dataset[];
  readonly outputs: readonly Dataset[];
}
interface Dataset {
  readonly name: string;
  readonly facets: Readonly<Record<string, { readonly [member: string]: unknown }>>;
}

/** Checks an event and each facet in it by the schema that it names itself. */
const validator = async (): Promise<(event: Event) => string[]> => {
  const ajv = new Ajv2020({ strict: false, allErrors: true });
  addFormats.default(ajv);
  for (const name of await readdir(SPEC))
    ajv.addSchema(JSON.parse(await readFile(new URL(name, SPEC), 'utf8')) as object);
  const check = (schema: string, value: unknown): string[] => {
    const validate = ajv.getSchema(schema);
    if (validate === undefined) return [`no schema ${schema}`];
    return validate(value) === true ? [] : [`${schema}: ${ajv.errorsText(validate.errors)}`];
  };
  return (event) => [
    ...check('https://openlineage.io/spec/2-0-2/OpenLineage.json', event),
    ...[event.run, event.job, ...event.inputs, ...event.outputs]
      .flatMap(({ facets }) => Object.values(facets))
      .flatMap((facet) => check((facet as { _schemaURL: string })._schemaURL, facet)),
  ];
};

/** A receiver that keeps what it is sent and answers with the statuses in turn, the last one for good. */
const startReceiver = async (statuses: readonly number[] = [201], port = 0) => {
  const events: Event[] = [];
  const keys: (string | undefined)[] = [];
  const left = [...statuses];
  const server: Server = createServer((request, response) => {
    const parts: Buffer[] = [];
    request.on('data', (part: Buffer) => parts.push(part));
    request.on('end', () => {
      const status = left.length > 1 ? left.shift()! : left[0]!;
      if (status < 300) events.push(JSON.parse(Buffer.concat(parts).toString()) as Event);
      keys.push(request.headers.authorization);
      response.writeHead(status).end();
    });
  });
  server.listen(port, '127.0.0.1');
  await once(server, 'listening');
  closers.push(async () => {
    server.closeAllConnections();
    server.close();
  });
  return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/api/v1/lineage`, events, keys };
};

const emitterTo = (url: string, further: object = {}) => {
  const world = memoryWorld();
  const target = lineageTarget(url, noKey);
  const emitter = openLineageEmitter({
    target,
    artifacts: world.artifacts,
    namespace: 'plumbline/test',
    log: world.log,
    retryMsFirst: 5,
    ...further,
  });
  closers.push(() => emitter.close());
  return { world, emitter };
};

const mails = Object.fromEntries(
  ['ham', 'spam'].flatMap((label) =>
    Array.from({ length: 40 }, (_, number) => [
      `${label}/${number}.eml`,
      `Subject: ${label} ${number}\nContent-Type: text/plain\n\nprivate words ${number} ${label} ${number * 7} and ${number * 13}\n`,
    ]),
  ),
);

/** Runs the first two activities of a lifecycle and one that fails. */
const work = (world: ReturnType<typeof memoryWorld>, lineage: LineageEmitter) =>
  withFiles(mails, async (root) => {
    const pause = () => Promise.reject(new Error('nothing is to be paused'));
    const deps = { ...world, lineage, schedules: { pause } };
    const pipeline = testPipeline(root);
    let activity = 0;
    const run = <I, O>(of: (request: { now: string; input: I }) => Promise<O>, input: I): Promise<O> => {
      activity += 1;
      const env = new MockActivityEnvironment(
        {
          activityId: String(activity),
          workflowType: 'lifecycle',
          workflowExecution: { workflowId: 'lifecycle/test', runId: '0198c0de-0000-7000-8000-000000000001' },
        },
        { logger: new DefaultLogger('ERROR') },
      );
      return env.run(of, { now, input }) as Promise<O>;
    };
    const { collectSource } = createSourcesActivities(deps);
    const { buildDataset } = createDatasetsActivities(deps);
    const { batchId } = await run(collectSource, { pipeline, source: 'mails' });
    const { datasetId } = await run(buildDataset, { pipeline, batches: [batchId] });
    await expect(run(buildDataset, { pipeline, batches: ['f'.repeat(64)] })).rejects.toMatchObject({
      type: 'OBJECT_NOT_FOUND',
    });
    return { batchId, datasetId };
  });

const START: WorkReport = {
  state: 'START',
  job: 'collectSource',
  activityId: '1',
  attempt: 1,
  codeVersion: '0.1.0',
  input: {},
};

describe('lineage events', () => {
  it('of real activities fit the specification and tell what was made from what, and none of the data', async () => {
    const receiver = await startReceiver();
    const { world, emitter } = emitterTo(receiver.url);
    const { batchId, datasetId } = await work(world, emitter);
    const { events } = receiver;
    await until(() => events.length === 6);
    const problems = await validator();
    expect(events.flatMap(problems)).toEqual([]);
    expect(events.map(({ eventType, job }) => `${job.name} ${eventType}`)).toEqual([
      'collectSource START',
      'collectSource COMPLETE',
      'buildDataset START',
      'buildDataset COMPLETE',
      'buildDataset START',
      'buildDataset FAIL',
    ]);
    const [, collected, , built, , failed] = events as [Event, Event, Event, Event, Event, Event];
    expect(collected.inputs.map(({ name }) => name)).toEqual(['sources/test/mails']);
    const batch = { name: 'source-batches/test/mails', facets: { version: { datasetVersion: batchId } } };
    expect(collected.outputs).toMatchObject([batch]);
    expect(built.inputs).toMatchObject([batch]);
    const { kept, schema } = await world.artifacts.get('DatasetVersion', datasetId);
    expect(built.outputs).toMatchObject([
      {
        name: 'dataset-versions/test',
        facets: {
          version: { datasetVersion: datasetId },
          dataQualityMetrics: { rowCount: kept },
          schema: { fields: schema },
        },
      },
    ]);
    expect(failed.run.facets['errorMessage']).toMatchObject({
      message: expect.stringMatching(/^OBJECT_NOT_FOUND: /),
    });
    expect(built.run.facets['parent']).toMatchObject({ job: { name: 'lifecycle' } });
    expect(new Set(events.map(({ run }) => run.runId)).size).toBe(3);
    expect(JSON.stringify(events)).not.toContain('private');
  }, 60_000);

  it('go to a file as one line each', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'plumbline-lineage-'));
    closers.push(() => rm(folder, { recursive: true }));
    const path = join(folder, 'a', 'events.ndjson');
    const { world, emitter } = emitterTo(pathToFileURL(path).href);
    await work(world, emitter);
    await emitter.close();
    const events = (await readFile(path, 'utf8'))
      .trimEnd()
      .split('\n')
      .map((line) => JSON.parse(line) as Event);
    expect(events).toHaveLength(6);
    expect(events.flatMap(await validator())).toEqual([]);
  }, 60_000);

  it('wait for a receiver that is down while the work goes on, and come in order once it is up', async () => {
    const port = await freePort();
    const { world, emitter } = emitterTo(`http://127.0.0.1:${port}/api/v1/lineage`);
    await work(world, emitter);
    expect(world.lines.some(({ message }) => message.includes('trying again'))).toBe(true);
    const { events } = await startReceiver([201], port);
    await until(() => events.length === 6);
    expect(events[5]).toMatchObject({ eventType: 'FAIL' });
  }, 60_000);

  it('are given up oldest first when too many wait, and each loss is told', async () => {
    const port = await freePort();
    const { world, emitter } = emitterTo(`http://127.0.0.1:${port}/`, { waitingMax: 3 });
    for (let attempt = 1; attempt <= 10; attempt += 1) emitter.emit({ ...START, attempt });
    await emitter.close();
    const lost = world.lines.filter(({ message }) => message.startsWith('lineage event lost'));
    expect(lost).toHaveLength(10);
  });

  it('that the receiver refuses are lost, and those behind them are not', async () => {
    const receiver = await startReceiver([400, 503, 201]);
    const { emitter } = emitterTo(receiver.url);
    for (const job of ['refused', 'later']) emitter.emit({ ...START, job });
    await until(() => receiver.events.length === 1);
    expect(receiver.events[0]!.job.name).toBe('later');
    expect(receiver.keys).toHaveLength(3);
  });

  it('carry the key that the configuration refers to', async () => {
    const receiver = await startReceiver();
    const { emitter } = emitterTo(receiver.url, {
      target: lineageTarget(receiver.url, async () => 'canary'),
    });
    emitter.emit(START);
    await until(() => receiver.events.length === 1);
    expect(receiver.keys).toEqual(['Bearer canary']);
    expect(JSON.stringify(receiver.events)).not.toContain('canary');
  });

  it('have no target of another scheme', () => {
    expect(() => lineageTarget('ftp://host/x', noKey)).toThrow('PLUMBLINE_OPENLINEAGE_URL');
  });
});
