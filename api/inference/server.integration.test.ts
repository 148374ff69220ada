import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { pino } from 'pino';
import { Registry } from 'prom-client';
import { z } from 'zod';
import {
  ClassifyResponse,
  ErrorBody,
  ExtractResponse,
  type PredictionRow,
  TEXT_CHARACTERS_MAX,
} from '../../contracts/index.js';
import { sha256Hex } from '../../stages/digest.js';
import { createModelHost, type ModelHost } from '../../stages/serving/index.js';
import { deployedModels } from '../../stages/serving/testing/deployedModels.js';
import type { HttpServer } from '../http/index.js';
import { prometheusObserver } from './observer.js';
import { InferenceResponse, ModelMetadata } from './protocol.js';
import { ServedModels } from './servedModelsRoute.js';
import { createInferenceServer } from './server.js';

const BODY_BYTES_MAX = 1_048_576;
const headers = { authorization: 'Bearer viewer-key', 'content-type': 'application/json' };
const logged: PredictionRow[] = [];
const metrics = new Registry();
let app: HttpServer;
let host: ModelHost;

beforeAll(async () => {
  const world = deployedModels();
  await world.deploy(3);
  await world.deploy(4, 'canary');
  await world.deploy(5, 'production', { model: 'damaged', labels: ['a', 'b', 'c'] });
  await world.deploy(6, 'production', {
    model: 'names',
    task: 'token-classification',
    labels: ['PER', 'LOC'],
    maxLength: 8,
  });
  await world.deploy(7, 'production', { model: 'deals', task: 'relation-classification' });
  host = createModelHost(world.dependencies, { observer: prometheusObserver(metrics), pollEveryMs: 50 });
  await host.start();
  app = await createInferenceServer(
    {
      log: pino({ level: 'silent' }),
      metrics,
      bodyBytesMax: BODY_BYTES_MAX,
      keys: [{ role: 'viewer', key: 'viewer-key' }],
    },
    {
      host,
      predictions: { add: (rows) => void logged.push(...rows) },
      version: 'test',
      now: () => new Date('2026-11-23T10:00:00.000Z'),
      newId: randomUUID,
    },
  );
}, 60_000);
afterAll(async () => {
  await app.close();
  await host.stop();
});

const post = (url: string, payload: string | Buffer | object) =>
  app.inject({ method: 'POST', url, headers, payload });
const input = (overrides: object = {}) => ({
  inputs: [
    { name: 'text', shape: [2], datatype: 'BYTES', data: ['money now', 'meeting at noon'], ...overrides },
  ],
});

describe('POST /v1/models/{name}:classify', () => {
  it('classifies one text or many, each with scores that sum to 1', async () => {
    const one = ClassifyResponse.parse(
      (await post('/v1/models/triage:classify', { text: 'money now' })).json(),
    );
    expect(one).toMatchObject({ model: 'triage', version: 3 });
    const many = await post('/v1/models/triage:classify', { text: ['money now', 'noon'] });
    const { predictions } = ClassifyResponse.parse(many.json());
    expect(predictions).toHaveLength(2);
    for (const { label, score, scores } of predictions) {
      expect(Object.values(scores).reduce((a, b) => a + b, 0)).toBeCloseTo(1, 6);
      expect(scores[label]).toBe(score);
    }
  });

  it('logs each prediction under its id with the digest of the text, never the text', async () => {
    logged.length = 0;
    const answer = await post('/v1/models/triage:classify', { text: ['money now', 'noon'] });
    const ids = ClassifyResponse.parse(answer.json()).predictions.map(({ predictionId }) => predictionId);
    expect(logged.map(({ predictionId }) => predictionId)).toEqual(ids);
    expect(JSON.stringify(logged)).not.toMatch('money');
    expect(logged[0]).toMatchObject({ model: 'triage', tokens: 4, at: '2026-11-23T10:00:00.000Z' });
    expect(logged[0]!.embedding).toHaveLength(16);
  });

  it('requests at the same time share runs of the model', async () => {
    const runs = async () => {
      const metric = await metrics.getSingleMetric('plumbline_serving_run_rows')!.get();
      const of = (suffix: string) =>
        metric.values.find(
          (value) =>
            'metricName' in value &&
            value.metricName === `plumbline_serving_run_rows_${suffix}` &&
            value.labels.model === 'triage',
        )?.value ?? 0;
      return { runs: of('count'), rows: of('sum') };
    };
    const before = await runs();
    const answers = await Promise.all(
      Array.from({ length: 32 }, () => post('/v1/models/triage:classify', { text: 'money now' })),
    );
    const after = await runs();
    expect(answers.every(({ statusCode }) => statusCode === 200)).toBe(true);
    expect(after.rows - before.rows).toBe(32);
    expect(after.runs - before.runs).toBeLessThan(20);
  });

  const text = (value: string) => JSON.stringify({ text: value });
  const url = '/v1/models/triage:classify';
  it.each([
    ['not JSON', url, '{"text"', 400, 'BODY_INVALID_JSON'],
    [
      'not UTF-8',
      url,
      Buffer.from([...Buffer.from('{"text":"'), 0xc3, 0x28, ...Buffer.from('"}')]),
      400,
      'BODY_INVALID_JSON',
    ],
    ['an empty text', url, text(''), 400, 'REQUEST_INVALID'],
    ['no text', url, '{}', 400, 'REQUEST_INVALID'],
    ['a number for a text', url, '{"text": 5}', 400, 'REQUEST_INVALID'],
    ['no texts', url, '{"text": []}', 400, 'REQUEST_INVALID'],
    ['too many texts', url, JSON.stringify({ text: Array(257).fill('a') }), 400, 'REQUEST_INVALID'],
    ['a text that is too long', url, text('a'.repeat(TEXT_CHARACTERS_MAX + 1)), 400, 'REQUEST_INVALID'],
    ['10 MB of text', url, text('a'.repeat(10_000_000)), 413, 'BODY_TOO_LARGE'],
    ['an unknown model', '/v1/models/other:classify', text('a'), 404, 'MODEL_NOT_FOUND'],
    ['a model that cannot be loaded', '/v1/models/damaged:classify', text('a'), 503, 'MODEL_NOT_READY'],
    ['an unknown verb', '/v1/models/triage:translate', text('a'), 404, 'NOT_FOUND'],
  ] as const)('%s', async (_name, address, payload, status, code) => {
    const answer = await post(address, payload);
    expect([answer.statusCode, ErrorBody.parse(answer.json()).error.code]).toEqual([status, code]);
  });

  it('text of any kind is classified: other scripts, control characters, half a surrogate pair', async () => {
    const texts = [
      'привет мир',
      '你好',
      '\u0000\u0007',
      '👩‍👩‍👧 \ud83d',
      ' ',
      'a'.repeat(TEXT_CHARACTERS_MAX),
    ];
    const answer = await post(url, { text: texts });
    expect(ClassifyResponse.parse(answer.json()).predictions).toHaveLength(texts.length);
  });
});

describe('POST /v1/models/{name}:extract', () => {
  it('finds entities in one text or many, each where its text stands, with a score', async () => {
    const texts = ['😀 money now at noon, the meeting agenda '.repeat(5), 'offer'];
    const answer = await post('/v1/models/names:extract', { text: texts });
    const { model, predictions } = ExtractResponse.parse(answer.json());
    expect([model, predictions.length]).toEqual(['names', 2]);
    const found = predictions.flatMap(({ entities }, index) =>
      entities.map((entity) => ({ ...entity, from: texts[index]! })),
    );
    // The head is drawn at random, so that it finds something in a text this long.
    expect(found.length).toBeGreaterThan(0);
    for (const { from, start, end, text, label, score } of found) {
      expect(from.slice(start, end)).toBe(text);
      expect(text).toBe(text.trim());
      expect(['PER', 'LOC']).toContain(label);
      expect(score > 0 && score <= 1).toBe(true);
    }
  });

  it('logs the labels found and the shares of the tags, never the text', async () => {
    logged.length = 0;
    const answer = await post('/v1/models/names:extract', { text: 'money now '.repeat(9) });
    const [prediction] = ExtractResponse.parse(answer.json()).predictions;
    expect(logged).toHaveLength(1);
    const [{ predicted, scores, embedding, predictionId }] = logged as [PredictionRow];
    expect(predictionId).toBe(prediction!.predictionId);
    expect(predicted).toBe([...new Set(prediction!.entities.map(({ label }) => label))].sort().join(' '));
    expect(scores).toHaveLength(5);
    expect(scores.reduce((a, b) => a + b, 0)).toBeCloseTo(1, 5);
    expect(embedding).toHaveLength(16);
    expect(JSON.stringify(logged)).not.toMatch('money');
  });

  it('reads text of any kind', async () => {
    const texts = ['привет', '\u0000', '👩‍👩‍👧 \ud83d', ' ', 'a'.repeat(TEXT_CHARACTERS_MAX)];
    const answer = await post('/v1/models/names:extract', { text: texts });
    expect(ExtractResponse.parse(answer.json()).predictions).toHaveLength(texts.length);
  });
});

describe('POST /v1/models/{name}:relate', () => {
  const relation = { text: 'meeting money', head: { start: 8, end: 13 }, tail: { start: 0, end: 7 } };

  it('classifies how the spans of one text or of many are related', async () => {
    logged.length = 0;
    const one = await post('/v1/models/deals:relate', relation);
    const { predictions } = ClassifyResponse.parse(one.json());
    expect(predictions).toHaveLength(1);
    expect(logged[0]!.textDigest).toBe(sha256Hex('[E2] meeting [/E2] [E1] money [/E1]'));
    const many = await post('/v1/models/deals:relate', { relations: [relation, relation] });
    const scores = ClassifyResponse.parse(many.json()).predictions.map((prediction) => prediction.scores);
    expect(scores).toHaveLength(2);
    expect(scores[0]!['ham']).toBeCloseTo(predictions[0]!.scores['ham']!, 5);
  });

  it.each([
    ['spans that overlap', { ...relation, tail: { start: 5, end: 9 } }, 'overlapping-spans'],
    ['a span outside the text', { ...relation, tail: { start: 5, end: 99 } }, 'span-outside-text'],
    ['an empty span', { ...relation, tail: { start: 5, end: 5 } }, 'malformed-span'],
    ['a marker in the text', { ...relation, text: 'meeting money [E1]' }, 'marker-in-text'],
    ['no spans', { text: 'meeting money' }, 'body'],
  ])('%s is refused', async (_name, payload, reason) => {
    const answer = await post('/v1/models/deals:relate', payload);
    expect(answer.statusCode).toBe(400);
    const { error } = ErrorBody.parse(answer.json());
    expect(error).toMatchObject({ code: 'REQUEST_INVALID', message: expect.stringContaining(reason) });
  });
});

describe('a model asked for what it is not made for', () => {
  it.each([
    ['/v1/models/triage:extract', ':classify'],
    ['/v1/models/names:classify', ':extract'],
    ['/v1/models/deals:classify', ':relate'],
  ])('%s names the endpoint that it has', async (url, endpoint) => {
    const answer = await post(url, { text: 'money now' });
    expect(answer.statusCode).toBe(400);
    expect(ErrorBody.parse(answer.json()).error).toMatchObject({
      code: 'REQUEST_INVALID',
      message: expect.stringContaining(endpoint),
    });
  });
});

describe('Open Inference Protocol v2', () => {
  it('infers entities as one JSON list a text', async () => {
    const answer = await post('/v2/models/names/infer', input());
    const { outputs } = InferenceResponse.parse(answer.json());
    expect(outputs.map(({ name, datatype, shape }) => [name, datatype, shape])).toEqual([
      ['entities', 'BYTES', [2]],
    ]);
    for (const list of outputs[0]!.data) expect(Array.isArray(JSON.parse(String(list)))).toBe(true);
    const metadata = ModelMetadata.parse((await app.inject({ url: '/v2/models/names', headers })).json());
    expect(metadata.outputs).toEqual([{ name: 'entities', datatype: 'BYTES', shape: [-1] }]);
    const other = await post('/v2/models/names/infer', { ...input(), outputs: [{ name: 'label' }] });
    expect(other.statusCode).toBe(400);
  });

  it('infers, by model, by version and by alias', async () => {
    const answer = await post('/v2/models/triage/infer', { id: 'abc', ...input() });
    const body = InferenceResponse.parse(answer.json());
    expect(body).toMatchObject({ model_name: 'triage', model_version: '3', id: 'abc' });
    expect(body.outputs.map(({ name, datatype, shape }) => [name, datatype, shape])).toEqual([
      ['label', 'BYTES', [2]],
      ['scores', 'FP32', [2, 2]],
    ]);
    expect(body.outputs[1]!.data).toHaveLength(4);
    for (const version of ['4', 'canary']) {
      const other = await post(`/v2/models/triage/versions/${version}/infer`, input());
      expect(InferenceResponse.parse(other.json()).model_version).toBe('4');
    }
  });

  it('returns only the outputs asked for', async () => {
    const answer = await post('/v2/models/triage/infer', { ...input(), outputs: [{ name: 'label' }] });
    expect(InferenceResponse.parse(answer.json()).outputs.map(({ name }) => name)).toEqual(['label']);
  });

  it('describes the server and the model', async () => {
    expect((await app.inject('/v2')).json()).toEqual({ name: 'plumbline', version: 'test', extensions: [] });
    const metadata = ModelMetadata.parse((await app.inject({ url: '/v2/models/triage', headers })).json());
    expect(metadata).toEqual({
      name: 'triage',
      versions: ['3', '4'],
      platform: 'onnxruntime_onnx',
      inputs: [{ name: 'text', datatype: 'BYTES', shape: [-1] }],
      outputs: [
        { name: 'label', datatype: 'BYTES', shape: [-1] },
        { name: 'scores', datatype: 'FP32', shape: [-1, 2] },
      ],
    });
    expect((await app.inject({ url: '/v2/models', headers })).json()).toEqual({
      models: ['triage', 'damaged', 'names', 'deals'],
    });
  });

  it('tells health and readiness of the server and of each model', async () => {
    const status = async (url: string) => (await app.inject({ url, headers })).statusCode;
    expect(await status('/v2/health/live')).toBe(200);
    expect(await status('/v2/health/ready')).toBe(503);
    expect(await status('/v2/models/triage/ready')).toBe(200);
    expect(await status('/v2/models/triage/versions/4/ready')).toBe(200);
    expect(await status('/v2/models/damaged/ready')).toBe(503);
    expect(await status('/v2/models/other/ready')).toBe(404);
    expect((await app.inject('/health/ready')).body).toMatch('damaged@production');
  });

  it.each([
    ['another input', input({ name: 'input_ids' }), 'inputs.0.name'],
    ['another datatype', input({ datatype: 'FP32', data: [1, 2] }), 'inputs.0.datatype'],
    ['a matrix', input({ shape: [2, 1] }), 'inputs.0.shape'],
    ['no rows', input({ shape: [0], data: [] }), 'inputs.0.shape'],
    ['a shape unlike the data', input({ shape: [3] }), 'inputs.0.data'],
    ['a number among the texts', input({ data: ['a', 1] }), 'inputs.0.data.1'],
    ['an empty text', input({ data: ['a', ''] }), 'inputs.0.data.1'],
    ['two inputs', { inputs: [...input().inputs, ...input().inputs] }, 'inputs.1'],
    ['an unknown output', { ...input(), outputs: [{ name: 'logits' }] }, 'outputs.0.name'],
    ['no inputs', {}, 'body.inputs'],
  ])('%s is refused, naming the member', async (_name, payload, path) => {
    const answer = await post('/v2/models/triage/infer', payload);
    expect([answer.statusCode, answer.json().code]).toEqual([400, 'REQUEST_INVALID']);
    expect(answer.json().error).toMatch(path);
  });

  it('errors are the protocol’s: a string under error', async () => {
    const answer = await post('/v2/models/other/infer', input());
    expect(answer.statusCode).toBe(404);
    expect(answer.json()).toMatchObject({ error: expect.stringContaining('other'), code: 'MODEL_NOT_FOUND' });
    const nowhere = await app.inject({ url: '/v2/nowhere', headers });
    expect(nowhere.json()).toMatchObject({ error: expect.any(String), code: 'NOT_FOUND' });
  });
});

describe('the server', () => {
  it('lists what is loaded and what is not, with the reason', async () => {
    const { models } = ServedModels.parse((await app.inject({ url: '/v1/models', headers })).json());
    const states = models.map(({ model, alias, state, error }) => [model, alias, state, error?.code ?? null]);
    expect(states).toEqual([
      ['triage', 'production', 'ready', null],
      ['triage', 'canary', 'ready', null],
      ['damaged', 'production', 'failed', 'GRAPH_INVALID'],
      ['names', 'production', 'ready', null],
      ['deals', 'production', 'ready', null],
    ]);
    expect(models.map(({ served }) => served?.task ?? null)).toEqual([
      'sequence-classification',
      'sequence-classification',
      null,
      'token-classification',
      'relation-classification',
    ]);
  });

  it('refuses callers without a key, on every way to predict', async () => {
    for (const url of [
      '/v1/models/triage:classify',
      '/v1/models/names:extract',
      '/v1/models/deals:relate',
      '/v2/models/triage/infer',
    ]) {
      const answer = await app.inject({ method: 'POST', url, payload: input() });
      expect(answer.statusCode).toBe(401);
    }
  });

  it('has an OpenAPI document with both protocols', async () => {
    const { paths } = z
      .object({ paths: z.record(z.string(), z.unknown()) })
      .parse((await app.inject('/openapi.json')).json());
    expect(Object.keys(paths)).toEqual(
      expect.arrayContaining([
        '/v1/models/{name}:classify',
        '/v1/models/{name}:extract',
        '/v1/models/{name}:relate',
        '/v2/models/{name}/versions/{version}/infer',
      ]),
    );
  });
});
