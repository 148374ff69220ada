import type { IncomingMessage } from 'node:http';
import { describe, expect, it } from '@jest/globals';
import { plumblineError, type RestSource, Source } from '../../../contracts/index.js';
import { memoryStageContext } from '../../testing/index.js';
import { allHere, type Route, type Site, withSite } from '../testing/site.js';
import { systemClock } from '../web/clock.js';
import type { ConnectorContext, Cursor, RawRecord } from './connector.js';
import { createRest } from './rest.js';

const CANARY = 'canary-7f3a';

const contextOf = (cursor: Cursor = null): ConnectorContext & ReturnType<typeof memoryStageContext> => ({
  ...memoryStageContext(),
  cursor,
  secrets: {
    resolve: async (reference) => {
      if (reference === 'env:GOOD') return CANARY;
      if (reference === 'env:BAD') return 'wrong';
      throw plumblineError('SECRET_UNRESOLVED', `${reference} is not there`);
    },
  },
});

const sourceOf = (site: Site, path: string, source: Readonly<Record<string, unknown>> = {}): RestSource =>
  Source.parse({
    connector: 'rest',
    name: 'api',
    url: site.url(path),
    label: { from: 'field', field: 'label' },
    allowPrivate: ['127.0.0.1'],
    requestsPerSecond: 1000,
    ...source,
  }) as RestSource;

/** Sleeps are counted, not slept. */
const rushed = () => {
  const waits: number[] = [];
  let nowMs = Date.parse('2026-11-24T10:00:00Z');
  const clock = {
    ...systemClock,
    random: () => 0.5,
    nowMs: () => nowMs,
    sleep: async (ms: number) => {
      if (ms > 0) waits.push(Math.round(ms));
      nowMs += Math.max(0, ms);
    },
  };
  return {
    waits,
    clock,
    rest: createRest({ clock, lookup: allHere }),
  };
};

const readAll = async (
  source: RestSource,
  { cursor = null, world = rushed() }: { cursor?: Cursor; world?: ReturnType<typeof rushed> } = {},
) => {
  const pages = [];
  for await (const page of world.rest.read(source, contextOf(cursor))) pages.push(page);
  const records: RawRecord[] = pages.flatMap((page) => page.records);
  return {
    pages,
    records,
    ids: records.map((record) => record.field('id')),
    cursor: pages.at(-1)?.cursor ?? cursor,
  };
};

const codeOf = (source: RestSource, world = rushed()): Promise<string> =>
  readAll(source, { world }).then(
    () => 'none',
    (error: { code: string }) => error.code,
  );

const json = (value: unknown, headers: Record<string, string> = {}): Route => ({
  headers: { 'content-type': 'application/json', ...headers },
  body: JSON.stringify(value),
});
const items = (from: number, to: number) =>
  Array.from({ length: to - from }, (_, index) => ({ id: from + index, text: `t${from + index}` }));
const page = (from: number, size: number) => items(from, Math.min(25, from + size));

describe('rest: pagination', () => {
  const all = items(0, 25).map(({ id }) => String(id));
  const routes: Record<string, Route> = {
    '/plain': json({ data: { list: items(0, 25) } }),
    '/page': (_request, response, url) => {
      const size = Number(url.searchParams.get('per') ?? 10);
      response.end(JSON.stringify(page((Number(url.searchParams.get('page')) - 1) * size, size)));
    },
    '/offset': (_request, response, url) => {
      // Gives fewer than asked for.
      const limit = Math.min(4, Number(url.searchParams.get('limit')));
      response.end(JSON.stringify(page(Number(url.searchParams.get('offset')), limit)));
    },
    '/cursor': (_request, response, url) => {
      const from = Number(Buffer.from(url.searchParams.get('after') ?? '', 'base64').toString() || 0);
      const next = from + 10 < 25 ? Buffer.from(String(from + 10)).toString('base64') : null;
      response.end(JSON.stringify({ items: page(from, 10), paging: { 'a/b': next } }));
    },
    '/link': (_request, response, url) => {
      const from = Number(url.searchParams.get('from') ?? 0);
      if (from + 10 < 25) response.setHeader('link', `</x>; rel="up", <?from=${from + 10}&q=ü>; rel="next"`);
      response.end(JSON.stringify(page(from, 10)));
    },
    '/next': (_request, response, url) => {
      const from = Number(url.searchParams.get('from') ?? 0);
      response.end(
        JSON.stringify({ results: page(from, 10), next: from + 10 < 25 ? `/next?from=${from + 10}` : '' }),
      );
    },
    '/loop': json({ results: items(0, 2), next: '/loop' }),
    '/elsewhere': json({ results: items(0, 2), next: 'http://other.test/' }),
    '/script': json({ results: items(0, 2), next: 'javascript:0' }),
    '/same': json(items(0, 2)),
    '/endless': (_request, response, url) => void response.end(JSON.stringify([{ id: url.search }])),
  };

  it.each([
    ['/plain', { items: '/data/list' }],
    ['/page', { pagination: { type: 'page', sizeParameter: 'per', size: 7 } }],
    ['/offset', { pagination: { type: 'offset', limit: 10 } }],
    [
      '/cursor',
      { items: '/items', pagination: { type: 'cursor', parameter: 'after', from: '/paging/a~1b' } },
    ],
    ['/link', { pagination: { type: 'link' } }],
    ['/next', { items: '/results', pagination: { type: 'next', from: '/next' } }],
  ])('%s gives every item once, in order, with its place', (path, source) =>
    withSite(routes, async (site) => {
      const { ids, records, pages } = await readAll(sourceOf(site, path, source));
      expect(ids).toEqual(all);
      expect(records.map(({ position }) => position)).toEqual(all.map(Number));
      expect(new Set(records.map((record) => `${record.format} ${record.path}`))).toEqual(
        new Set([`jsonl 127.0.0.1:${site.port}${path}`]),
      );
      expect(pages.every(({ cursor }) => cursor === null)).toBe(true);
    }),
  );

  it.each([
    ['/loop', { items: '/results', pagination: { type: 'next', from: '/next' } }, 'SOURCE_UNREADABLE'],
    ['/elsewhere', { items: '/results', pagination: { type: 'next', from: '/next' } }, 'SOURCE_REFUSED'],
    ['/script', { items: '/results', pagination: { type: 'next', from: '/next' } }, 'SOURCE_UNREADABLE'],
    ['/same', { pagination: { type: 'page' } }, 'SOURCE_UNREADABLE'],
    ['/endless', { pagination: { type: 'page' }, pagesMax: 20 }, 'SOURCE_UNREADABLE'],
  ])('%s ends with a coded error', (path, source, code) =>
    withSite(routes, async (site) => {
      expect(await codeOf(sourceOf(site, path, source))).toBe(code);
      expect(site.asked.length).toBeLessThanOrEqual(21);
    }),
  );
});

describe('rest: authentication', () => {
  const guarded =
    (allowed: (request: IncomingMessage, url: URL) => boolean): Route =>
    (request, response, url) => {
      if (allowed(request, url)) response.end('[{"id":1}]');
      else response.writeHead(401).end('{"error":"no"}');
    };
  const routes: Record<string, Route> = {
    '/header': guarded(({ headers }) => headers['x-api-key'] === CANARY),
    '/query': guarded((_request, url) => url.searchParams.get('token') === CANARY),
    '/bearer': guarded(({ headers }) => headers.authorization === `Bearer ${CANARY}`),
    '/basic': guarded(
      ({ headers }) => headers.authorization === `Basic ${Buffer.from(`me:${CANARY}`).toString('base64')}`,
    ),
  };

  it.each([
    ['/header', { type: 'key', key: 'env:GOOD' }, { key: 'env:BAD' }],
    ['/query', { type: 'key', in: 'query', name: 'token', key: 'env:GOOD' }, { key: 'env:BAD' }],
    ['/bearer', { type: 'bearer', token: 'env:GOOD' }, { token: 'env:BAD' }],
    ['/basic', { type: 'basic', username: 'me', password: 'env:GOOD' }, { password: 'env:BAD' }],
  ])(
    '%s: right credentials are let in, wrong ones and none are refused, the secret shows nowhere',
    (path, authentication, wrong) =>
      withSite(routes, async (site) => {
        expect((await readAll(sourceOf(site, path, { authentication }))).ids).toEqual(['1']);
        const refused = sourceOf(site, path, { authentication: { ...authentication, ...wrong } });
        expect(await codeOf(refused)).toBe('SOURCE_REFUSED');
        expect(await codeOf(sourceOf(site, path))).toBe('SOURCE_REFUSED');
        await site.close();
        const failure = await readAll(sourceOf(site, path, { authentication })).catch(
          (error: Error) => error,
        );
        expect(failure).toMatchObject({ code: 'SOURCE_UNREACHABLE' });
        const told = JSON.stringify([failure, (failure as Error).message, String((failure as Error).stack)]);
        expect(told).not.toContain(CANARY);
      }),
  );

  const oauth = (site: Site, source: Record<string, unknown> = {}) =>
    sourceOf(site, '/list', {
      pagination: { type: 'page' },
      authentication: {
        type: 'oauth2',
        tokenUrl: site.url('/token'),
        clientId: 'client id',
        clientSecret: 'env:GOOD',
        scope: 'read',
        ...source,
      },
    });
  const oauthSite = (expiresIn: number) => {
    const given: string[] = [];
    const revoked = new Set<string>();
    const route: Record<string, Route> = {
      '/token': async (request, response) => {
        const form = new URLSearchParams(site.current?.asked.at(-1)?.body);
        const basic = Buffer.from((request.headers.authorization ?? '').slice(6), 'base64').toString();
        const known = basic === `client+id:${CANARY}` || form.get('client_secret') === CANARY;
        if (!known || form.get('grant_type') !== 'client_credentials' || form.get('scope') !== 'read')
          return void response.writeHead(401).end('{"error":"invalid_client"}');
        given.push(`token-${given.length}`);
        response.end(
          JSON.stringify({ access_token: given.at(-1), token_type: 'bearer', expires_in: expiresIn }),
        );
      },
      '/list': (request, response, url) => {
        const token = (request.headers.authorization ?? '').slice(7);
        if (!given.includes(token) || revoked.has(token)) return void response.writeHead(401).end();
        const number = Number(url.searchParams.get('page'));
        if (number === 2) revoked.add(token);
        response.end(JSON.stringify(number > 4 ? [] : [{ id: number }]));
      },
    };
    const site: { current: Site | null } = { current: null };
    return { route, given, site };
  };

  it.each(['basic', 'body'])('OAuth2 (%s): one token until it is refused, then a new one, once', (send) => {
    const { route, given, site } = oauthSite(3600);
    return withSite(route, async (running) => {
      site.current = running;
      expect((await readAll(oauth(running, { send }))).ids).toEqual(['1', '2', '3', '4']);
      expect(given).toEqual(['token-0', 'token-1']);
      expect(await codeOf(oauth(running, { clientSecret: 'env:BAD' }))).toBe('SOURCE_REFUSED');
    });
  });

  it('OAuth2: a token that has expired is not sent', () => {
    const { route, given, site } = oauthSite(31);
    return withSite(route, async (running) => {
      site.current = running;
      const world = rushed();
      // A second after each answer the token has expired but for its margin.
      const source = { ...oauth(running), requestsPerSecond: 0.5 };
      expect((await readAll(source, { world })).ids).toEqual(['1', '2', '3', '4']);
      expect(given).toHaveLength(5);
      expect(running.asked.filter(({ path }) => path.startsWith('/list'))).toHaveLength(5);
    });
  });
});

describe('rest: pace and patience', () => {
  it('keeps to the rate, and waits as the other side wishes', () => {
    let asked = 0;
    const answers: Route = (_request, response) => {
      asked += 1;
      if (asked === 1) return void response.writeHead(429, { 'retry-after': '9' }).end();
      if (asked === 2)
        return void response.writeHead(503, { 'retry-after': 'Tue, 24 Nov 2026 10:00:40 GMT' }).end();
      if (asked === 3)
        return void response
          .writeHead(200, { 'x-ratelimit-remaining': '0', 'x-ratelimit-reset': '20' })
          .end('[{"id":1}]');
      response.end(asked === 4 ? '[{"id":2}]' : '[]');
    };
    return withSite({ '/list': answers }, async (site) => {
      const world = rushed();
      const source = sourceOf(site, '/list', { pagination: { type: 'page' }, requestsPerSecond: 2 });
      expect((await readAll(source, { world })).ids).toEqual(['1', '2']);
      // 9 s and backoff; until 10:00:40 and backoff; the allowance; the rate.
      expect(world.waits).toEqual([9500, 31_500, 20_000, 500]);
    });
  });

  it('gives up in the end, and at once when the wait is too long', () => {
    const routes = {
      '/down': { status: 503 },
      '/busy': { status: 429, headers: { 'retry-after': '100000' } },
      '/gone': { status: 404 },
    };
    return withSite(routes, async (site) => {
      expect(await codeOf(sourceOf(site, '/down'))).toBe('SOURCE_UNREACHABLE');
      expect(site.asked).toHaveLength(5);
      expect(await codeOf(sourceOf(site, '/busy'))).toBe('SOURCE_UNREACHABLE');
      expect(await codeOf(sourceOf(site, '/gone'))).toBe('SOURCE_UNREADABLE');
      expect(site.asked).toHaveLength(7);
    });
  });
});

describe('rest: hostile answers', () => {
  it('quarantines what is no object or too large, and goes on', () =>
    withSite(
      {
        '/list': json([
          { id: 1 },
          7,
          null,
          [1],
          'x'.repeat(50),
          { id: 2, text: 'x'.repeat(2000) },
          { id: 3 },
        ]),
      },
      async (site) => {
        const { records } = await readAll(sourceOf(site, '/list', { recordBytesMax: 1000 }));
        expect(records.map(({ fault }) => fault)).toEqual([
          null,
          'not-an-object',
          'not-an-object',
          'not-an-object',
          'not-an-object',
          'too-large',
          null,
        ]);
      },
    ));

  it.each([
    ['no JSON', { body: '<html>' }, 'SOURCE_UNREADABLE'],
    ['not UTF-8', { body: Buffer.from([0x22, 0xff, 0x22]) }, 'SOURCE_UNREADABLE'],
    ['no list', { body: '{"a":1}' }, 'SOURCE_UNREADABLE'],
    ['an empty list', { body: '[]' }, 'SOURCE_EMPTY'],
    ['too much', { body: `[${'1,'.repeat(1000)}1]` }, 'SOURCE_UNREADABLE'],
    [
      'a way into the network',
      { status: 302, headers: { location: 'http://169.254.169.254/' } },
      'ADDRESS_FORBIDDEN',
    ],
  ])('%s is a coded error', (_what, route, code) =>
    withSite({ '/list': route }, async (site) => {
      expect(await codeOf(sourceOf(site, '/list', { pageBytesMax: 1000 }))).toBe(code);
    }),
  );

  it('never asks a private address that the source does not name', () =>
    withSite({ '/list': json([]) }, async (site) => {
      expect(await codeOf(sourceOf(site, '/list', { allowPrivate: [] }))).toBe('ADDRESS_FORBIDDEN');
      expect(site.asked).toHaveLength(0);
    }));
});

describe('rest: incremental', () => {
  const list: { id: number; at: string }[] = [];
  const api: Route = (_request, response, url) => {
    const since = url.searchParams.get('since') ?? '';
    const from = Number(url.searchParams.get('offset'));
    const found = list.filter(({ at }) => at >= since);
    response.end(JSON.stringify(found.slice(from, from + Number(url.searchParams.get('limit')))));
  };
  const incremental = (site: Site) =>
    sourceOf(site, '/list', {
      pagination: { type: 'offset', limit: 3 },
      incremental: { field: 'at', parameter: 'since' },
    });

  it('goes on from every page, and reads later what is added, ties included', () =>
    withSite({ '/list': api }, async (site) => {
      list.length = 0;
      const day = (number: number) => `2026-11-${String(number).padStart(2, '0')}T00:00:00Z`;
      for (let id = 0; id < 10; id += 1) list.push({ id, at: day(1 + Math.floor(id / 2)) });
      const source = incremental(site);
      const whole = await readAll(source);
      expect(whole.ids).toEqual([...'0123456789']);
      let seen = 0;
      for (const { records, cursor } of whole.pages) {
        seen += records.length;
        expect(JSON.stringify(cursor).length).toBeLessThan(16_384);
        const rest = await readAll(source, { cursor });
        expect(rest.records.map(({ sha256, position }) => [sha256, position])).toEqual(
          whole.records.slice(seen).map(({ sha256, position }) => [sha256, position]),
        );
      }
      expect((await readAll(source, { cursor: whole.cursor })).ids).toEqual([]);
      list.push({ id: 10, at: day(5) }, { id: 11, at: day(9) });
      expect((await readAll(source, { cursor: whole.cursor })).ids).toEqual(['10', '11']);
    }));
});

describe('rest: test', () => {
  it('looks at one page', () =>
    withSite({ '/list': json([{ id: 1, text: 'x' }]) }, async (site) => {
      const check = await rushed().rest.test(
        sourceOf(site, '/list', { pagination: { type: 'page' } }),
        contextOf(),
      );
      expect(check).toEqual({ found: `a list of 1 item at 127.0.0.1:${site.port}`, fields: ['id', 'text'] });
      expect(site.asked).toHaveLength(1);
    }));
});
