import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { pino } from 'pino';
import { Registry } from 'prom-client';
import { z } from 'zod';
import { ErrorBody, plumblineError, ROLES, type Role } from '../../contracts/index.js';
import { createHttpServer, type HttpServer, requireRole } from './index.js';

/** The part of an OpenAPI document that a test looks at. */
const OpenApi = z.object({
  openapi: z.literal('3.1.0'),
  paths: z.record(
    z.string(),
    z.record(
      z.string(),
      z.object({
        responses: z.record(
          z.string(),
          z.object({ content: z.record(z.string(), z.object({ schema: z.unknown() })).optional() }),
        ),
      }),
    ),
  ),
  components: z.object({ schemas: z.record(z.string(), z.unknown()) }),
});

const KEYS = ROLES.map((role) => ({ role, key: `${role}-key` }));
const asRole = (role: Role) => ({ authorization: `Bearer ${role}-key` });

const makeServer = async (
  overrides: Partial<Parameters<typeof createHttpServer>[0]> = {},
): Promise<HttpServer> => {
  const app = await createHttpServer({
    log: pino({ level: 'silent' }),
    title: 'test',
    version: '1',
    bodyBytesMax: 1000,
    keys: KEYS,
    metrics: new Registry(),
    ready: async () => ({ store: { ok: false, detail: 'is down' } }),
    ...overrides,
  });
  for (const role of ROLES)
    app.get(`/${role}`, { onRequest: requireRole(role) }, async (request) => ({
      as: request.principal?.role,
    }));
  app.post(
    '/echo/:name(^[a-z]+)::twice',
    {
      onRequest: requireRole('viewer'),
      schema: {
        params: z.object({ name: z.string() }),
        body: z.strictObject({ text: z.string().min(1), list: z.array(z.number()).optional() }),
        response: { 200: z.object({ text: z.string() }).meta({ id: 'Echo' }) },
      },
    },
    async (request) => ({ text: request.body.text.repeat(2) }),
  );
  app.get('/leak', { config: { open: true } }, async () => {
    throw new Error('password=hunter2');
  });
  app.get('/busy', { config: { open: true } }, async () => {
    throw plumblineError('OVERLOADED', 'too busy', { details: { retryAfterSeconds: 2.5 } });
  });
  await app.ready();
  return app;
};

let app: HttpServer;
beforeAll(async () => {
  app = await makeServer();
});
afterAll(() => app.close());

describe('API keys', () => {
  const cases = ROLES.flatMap((role, level) =>
    ROLES.map((needed, at) => ({ role, needed, allowed: level >= at })),
  );
  it.each(cases)('role $role on a route for $needed: allowed $allowed', async ({ role, needed, allowed }) => {
    const answer = await app.inject({ url: `/${needed}`, headers: asRole(role) });
    expect(answer.statusCode).toBe(allowed ? 200 : 403);
  });

  it('takes the key from x-api-key too', async () => {
    const answer = await app.inject({ url: '/viewer', headers: { 'x-api-key': 'viewer-key' } });
    expect(answer.json()).toEqual({ as: 'viewer' });
  });

  it.each([[{}], [{ authorization: 'Bearer wrong' }], [{ authorization: 'Basic dmlld2VyLWtleQ==' }]])(
    'refuses strangers: %j',
    async (headers) => {
      const answer = await app.inject({ url: '/viewer', headers });
      expect(answer.statusCode).toBe(401);
      expect(ErrorBody.parse(answer.json()).error.code).toBe('UNAUTHENTICATED');
    },
  );

  it('refuses a stranger before reading the body', async () => {
    const answer = await app.inject({ method: 'POST', url: '/echo/a:twice', payload: 'x'.repeat(5000) });
    expect(answer.statusCode).toBe(401);
  });

  it('a server without keys refuses and says how to configure one', async () => {
    const closed = await makeServer({ keys: [] });
    const answer = await closed.inject({ url: '/viewer', headers: asRole('admin') });
    expect(answer.json().error.message).toMatch('PLUMBLINE_API_KEYS');
    await closed.close();
  });

  it('a route that forgets its role stops the server from starting', async () => {
    const careless = await makeServerWithoutRoutes();
    expect(() => careless.get('/secret', async () => 'x')).toThrow('requireRole');
    await careless.close();
  });
});

const makeServerWithoutRoutes = () =>
  createHttpServer({
    log: pino({ level: 'silent' }),
    title: 'test',
    version: '1',
    bodyBytesMax: 1000,
    keys: KEYS,
    metrics: new Registry(),
    ready: async () => ({}),
  });

describe('bad requests get a coded error that says what to do', () => {
  const json = { 'content-type': 'application/json', ...asRole('viewer') };
  it.each([
    ['not JSON', '{"text":', json, 400, 'BODY_INVALID_JSON', /JSON/],
    ['an empty body', '', json, 400, 'BODY_INVALID_JSON', /empty/],
    ['not UTF-8', Buffer.from([0x22, 0xff, 0xfe, 0x22]), json, 400, 'BODY_INVALID_JSON', /UTF-8/],
    ['a prototype key', '{"__proto__": {"a": 1}}', json, 400, 'BODY_INVALID_JSON', /__proto__/],
    [
      'another media type',
      'a=b',
      { ...json, 'content-type': 'text/plain' },
      400,
      'BODY_INVALID_JSON',
      /Media/,
    ],
    ['too many bytes', `{"text":"${'x'.repeat(2000)}"}`, json, 413, 'BODY_TOO_LARGE', /large/],
    ['a missing field', '{}', json, 400, 'REQUEST_INVALID', /body\.text/],
    ['an unknown field', '{"text":"a","txet":"b"}', json, 400, 'REQUEST_INVALID', /txet/],
    ['a wrong element', '{"text":"a","list":[1,"2"]}', json, 400, 'REQUEST_INVALID', /body\.list\.1/],
  ] as const)('%s', async (_name, payload, headers, status, code, message) => {
    const answer = await app.inject({
      method: 'POST',
      url: '/echo/a:twice',
      payload,
      headers: { ...headers },
    });
    const { error } = ErrorBody.parse(answer.json());
    expect([answer.statusCode, error.code]).toEqual([status, code]);
    expect(error.message).toMatch(message);
    expect(error.requestId).toBe(answer.headers['x-request-id']);
  });

  it('an unknown address', async () => {
    const answer = await app.inject('/nowhere');
    expect([answer.statusCode, answer.json().error.code]).toEqual([404, 'NOT_FOUND']);
  });

  it('a malformed address', async () => {
    const answer = await app.inject('/%zz');
    expect([answer.statusCode, answer.json().error.code]).toEqual([400, 'REQUEST_INVALID']);
  });

  it('an unexpected error tells nothing of its inside', async () => {
    const answer = await app.inject('/leak');
    expect(answer.statusCode).toBe(500);
    expect(answer.body).not.toMatch('hunter2');
  });

  it('an overloaded server says when to come back', async () => {
    const answer = await app.inject('/busy');
    expect([answer.statusCode, answer.headers['retry-after']]).toEqual([503, '3']);
  });

  it('too many requests of one key', async () => {
    const limited = await makeServer({ requestsPerMinute: { key: 2, anonymous: 1 } });
    const codes: number[] = [];
    for (let i = 0; i < 3; i += 1)
      codes.push((await limited.inject({ url: '/viewer', headers: asRole('viewer') })).statusCode);
    expect(codes).toEqual([200, 200, 429]);
    const other = await limited.inject({ url: '/viewer', headers: asRole('admin') });
    const health = await limited.inject('/health/live');
    expect([other.statusCode, health.statusCode]).toEqual([200, 200]);
    await limited.close();
  });
});

describe('what every server of ours offers', () => {
  it('a colon verb after a parameter', async () => {
    const answer = await app.inject({
      method: 'POST',
      url: '/echo/abc:twice',
      headers: asRole('viewer'),
      payload: { text: 'ab' },
    });
    expect(answer.json()).toEqual({ text: 'abab' });
  });

  it('keeps a safe request id and replaces an unsafe one', async () => {
    const kept = await app.inject({ url: '/health/live', headers: { 'x-request-id': 'abc-1' } });
    const replaced = await app.inject({ url: '/health/live', headers: { 'x-request-id': 'a b\tc' } });
    expect(kept.headers['x-request-id']).toBe('abc-1');
    expect(replaced.headers['x-request-id']).toMatch(/^[0-9a-f-]{36}$/);
  });

  it('readiness names each dependency', async () => {
    const answer = await app.inject('/health/ready');
    expect(answer.statusCode).toBe(503);
    expect(answer.json()).toEqual({
      status: 'not-ready',
      dependencies: { store: { ok: false, detail: 'is down' } },
    });
  });

  it('metrics count requests by route pattern', async () => {
    await app.inject('/health/live');
    const answer = await app.inject('/metrics');
    expect(answer.body).toMatch(/_count\{method="GET",route="\/health\/live",status="200"\} [1-9]/);
  });

  it('OpenAPI 3.1 with readable paths, schemas and the error body', async () => {
    const document = OpenApi.parse((await app.inject('/openapi.json')).json());
    expect(Object.keys(document.paths)).toContain('/echo/{name}:twice');
    const { responses } = document.paths['/echo/{name}:twice']!['post']!;
    const { schema } = responses['default']!.content!['application/json']!;
    expect(schema).toEqual({ $ref: '#/components/schemas/Error' });
    expect(document.components.schemas['Echo']).toMatchObject({ properties: { text: { type: 'string' } } });
  });
});
