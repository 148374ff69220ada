import { afterEach, describe, expect, it } from '@jest/globals';
import { type CrawlSource, Source } from '../../../contracts/index.js';
import { MemoryBlobStore, memoryStageContext } from '../../testing/index.js';
import { allHere, type Route, type Site, startSite } from '../testing/site.js';
import { startWebSite } from '../testing/webSite.js';
import { systemClock } from '../web/clock.js';
import type { ConnectorContext, Cursor } from './connector.js';
import { createCrawl } from './crawl.js';

const secrets = { resolve: async () => '' };
let open: Site[] = [];
const started = async (site: Promise<Site>): Promise<Site> => {
  open.push(await site);
  return site;
};
afterEach(async () => {
  await Promise.all(open.map((site) => site.close()));
  open = [];
});

const crawl = createCrawl({ clock: systemClock, lookup: allHere });

const sourceOf = (site: Site, source: Readonly<Record<string, unknown>> = {}): CrawlSource =>
  Source.parse({
    connector: 'crawl',
    name: 'web',
    seeds: [site.url('/', 'site.test')],
    label: { from: 'path', rules: [{ glob: '**', label: 'ham' }] },
    allowPrivate: [`site.test:${site.port}`],
    delaySeconds: 0,
    timeoutSeconds: 2,
    recordBytesMax: 100_000,
    ...source,
  }) as CrawlSource;

const blobsOf = new MemoryBlobStore();
const contextOf = (cursor: Cursor = null) => ({
  ...memoryStageContext(),
  cursor,
  secrets,
  blobs: blobsOf,
});

const readAll = async (source: CrawlSource, context: ConnectorContext = contextOf()) => {
  const pages = [];
  for await (const page of crawl.read(source, context)) pages.push(page);
  const records = pages.flatMap((page) => page.records);
  const pathOf = (path: string) => path.replace(/^[^/]*/, '');
  return {
    pages,
    records,
    paths: records.filter(({ fault }) => fault === null).map(({ path }) => pathOf(path)),
    faults: Object.fromEntries(
      records.flatMap(({ fault, path }) => (fault === null ? [] : [[pathOf(path), fault]])),
    ),
    cursor: pages.at(-1)?.cursor ?? null,
  };
};

const codeOf = (source: CrawlSource): Promise<string> =>
  readAll(source).then(
    () => 'none',
    (error: { code: string }) => error.code,
  );

describe('crawl', () => {
  it('follows what it may, once each, and quarantines what cannot be read', async () => {
    const site = await started(startWebSite('site.test'));
    const { paths, faults, records } = await readAll(
      sourceOf(site, { depthMax: 6, patternUrlsMax: 20, contentTypes: ['text/html', 'text/plain'] }),
    );
    const ordinary = paths.filter((path) => !/^\/(calendar|filter|deep)/.test(path));
    expect([...ordinary].sort()).toEqual(
      [
        '/',
        '/a',
        '/b?x=1&y=2',
        '/behind-noindex',
        '/behind-tagged',
        '/from-sitemap?a=1&b=2',
        '/hostile',
        '/marked',
        '/moved-here',
        '/nofollow',
        '/original',
        '/private/open',
        '/refresh',
        '/refreshed',
        '/text',
      ].sort(),
    );
    expect(new Set(paths).size).toBe(paths.length);
    // Depth 2 to 6, and no further.
    expect(paths.filter((path) => path.startsWith('/deep')).sort()).toEqual(
      [1, 2, 3, 4, 5].map((n) => `/deep/${n}`),
    );
    const ofPattern = (start: string) => paths.filter((path) => path.startsWith(start)).length;
    // The first filter has no `page`: a pattern of its own.
    expect([ofPattern('/calendar/'), ofPattern('/filter')]).toEqual([20, 21]);
    expect(faults).toEqual({
      '/bomb': 'too-large',
      '/huge': 'too-large',
      '/slow': 'timeout',
      '/broken': 'http-500',
    });
    expect(site.asked.filter(({ path }) => path.startsWith('/private/secret'))).toEqual([]);
    expect(new Set(site.asked.map(({ host }) => host))).toEqual(new Set(['site.test']));
    expect(records.find(({ path }) => path.endsWith('/text'))?.format).toBe('txt;charset=shift_jis');
    const home = records.find(({ path }) => path === `site.test:${site.port}/`);
    expect(home?.field('title')).toBe('home');
    expect(Buffer.from(home?.raw ?? '').toString()).toContain('This is home.');
  }, 30_000);

  it('says who it is, and asks for robots.txt first', async () => {
    const site = await started(startSite({ '/': 'x', '/robots.txt': { status: 404 } }));
    await readAll(sourceOf(site, { contact: 'https://example.com/bot' }));
    expect(site.asked.map(({ path, headers }) => [path, headers['user-agent']])).toEqual([
      ['/robots.txt', 'Plumbline (+https://example.com/bot)'],
      ['/', 'Plumbline (+https://example.com/bot)'],
    ]);
  });

  it.each<readonly [string, Route, Record<string, unknown>, string]>([
    ['robots.txt fails', { status: 503 }, {}, 'SOURCE_UNREACHABLE'],
    ['robots.txt forbids all', 'User-agent: *\nDisallow: /', {}, 'SOURCE_REFUSED'],
    ['no host is named as private', '', { allowPrivate: [] }, 'ADDRESS_FORBIDDEN'],
  ])('asks for no page when %s', async (_what, robots, source, code) => {
    const site = await started(startSite({ '/': 'x', '/robots.txt': robots }));
    expect(await codeOf(sourceOf(site, source))).toBe(code);
    expect(site.asked.filter(({ path }) => path !== '/robots.txt')).toEqual([]);
  });

  it('says SOURCE_UNREACHABLE when nobody answers, SOURCE_EMPTY when there is no page', async () => {
    const site = await started(startSite({ '/robots.txt': '' }));
    expect(await codeOf(sourceOf(site))).toBe('SOURCE_EMPTY');
    await site.close();
    expect(await codeOf(sourceOf(site))).toBe('SOURCE_UNREACHABLE');
  });

  it('keeps the pause of each host, one request at a time, several hosts at once', async () => {
    const busy = new Map<string, number>();
    let atOnce = 0;
    const slow: Route = (_request, response, url) => {
      busy.set(url.hostname, (busy.get(url.hostname) ?? 0) + 1);
      expect(busy.get(url.hostname)).toBe(1);
      atOnce = Math.max(
        atOnce,
        [...busy.values()].reduce((sum, count) => sum + count, 0),
      );
      setTimeout(() => {
        busy.set(url.hostname, 0);
        response
          .writeHead(200, { 'content-type': 'text/html' })
          .end('<a href="/1">x</a><a href="/2">x</a><a href="/3">x</a>');
      }, 30);
    };
    const site = await started(
      startSite({
        '/*': slow,
        'a.site.test/robots.txt': 'User-agent: plumbline\nCrawl-delay: 0.2',
        '/robots.txt': '',
      }),
    );
    const hosts = ['a.site.test', 'b.site.test', 'c.site.test'];
    await readAll(
      sourceOf(site, {
        seeds: hosts.map((host) => site.url('/', host)),
        allowPrivate: hosts,
        sitemaps: 'none',
        delaySeconds: 0.05,
      }),
    );
    expect(atOnce).toBeGreaterThan(1);
    const gapsOf = (host: string) => {
      const times = site.asked
        .filter((asked) => asked.host === host && asked.path !== '/robots.txt')
        .map(({ atMs }) => atMs);
      return times.slice(1).map((time, index) => time - (times[index] as number));
    };
    expect(gapsOf('a.site.test')).toHaveLength(3);
    for (const gap of gapsOf('a.site.test')) expect(gap).toBeGreaterThanOrEqual(199);
    for (const gap of gapsOf('b.site.test')) expect(gap).toBeGreaterThanOrEqual(49);
  });

  const manyPages = (count: number): Record<string, Route> => ({
    '/robots.txt': '',
    '/*': (request, response, url) => {
      const number = url.pathname === '/' ? 0 : Number(url.pathname.slice(1));
      if (!(number < count)) return void response.writeHead(404).end();
      const etag = `"${number}-${changed.has(number)}"`;
      if (request.headers['if-none-match'] === etag) return void response.writeHead(304, { etag }).end();
      response
        .writeHead(200, { 'content-type': 'text/html', etag })
        .end(
          `item-${number}${changed.has(number) ? ' changed' : ''} <a href="/${2 * number + 1}">x</a><a href="/${2 * number + 2}">x</a>`,
        );
    },
  });
  const changed = new Set<number>();

  it('goes on from every page with the rest in the same order, in another process too', async () => {
    const site = await started(startSite(manyPages(100)));
    const source = sourceOf(site, { depthMax: 10 });
    const whole = await readAll(source);
    expect(whole.records).toHaveLength(100);
    expect(whole.pages.length).toBeGreaterThan(5);
    let seen = 0;
    for (const { records, cursor } of whole.pages) {
      expect(JSON.stringify(cursor).length).toBeLessThan(16_384);
      seen += records.length;
      const rest = await readAll(source, contextOf(cursor));
      expect(rest.records.map(({ path }) => path)).toEqual(whole.records.slice(seen).map(({ path }) => path));
    }
  }, 60_000);

  it('crawls again with conditional requests: new and changed pages only', async () => {
    let count = 30;
    changed.clear();
    const site = await started(
      startSite({
        ...manyPages(0),
        ...({
          '/*': (request, response, url) =>
            (manyPages(count)['/*'] as Extract<Route, (...a: never[]) => unknown>)(request, response, url),
        } satisfies Record<string, Route>),
      }),
    );
    const source = sourceOf(site, { depthMax: 10 });
    const first = await readAll(source);
    expect(first.records).toHaveLength(30);
    const before = site.asked.length;
    const second = await readAll(source, contextOf(first.cursor));
    expect(second.records).toEqual([]);
    const again = site.asked.slice(before).filter(({ headers }) => headers['if-none-match'] !== undefined);
    expect(again).toHaveLength(30);
    changed.add(7);
    count = 32;
    const third = await readAll(source, contextOf(second.cursor));
    expect([...third.paths].sort()).toEqual(['/30', '/31', '/7']);
    changed.clear();
  }, 60_000);

  it('stops at its bounds and says so', async () => {
    const site = await started(startSite(manyPages(1000)));
    const context = contextOf();
    const { records } = await readAll(sourceOf(site, { pagesMax: 40, depthMax: 20 }), context);
    expect(records).toHaveLength(40);
    expect(context.lines.some(({ level, fields }) => level === 'warn' && fields['pagesMax'] === 40)).toBe(
      true,
    );
  });

  it('keeps to its scope', async () => {
    const links = [
      '/news/1',
      '/news/skip',
      '/shop/1',
      'http://sub.site.test/',
      'http://www.site.test/news/2',
      'http://notsite.test/',
    ];
    const crawlScope = async (source: Record<string, unknown>) => {
      let body = '';
      const site = await started(
        startSite({
          '/robots.txt': '',
          '/*': (_request, response, url) =>
            void response.writeHead(200, { 'content-type': 'text/html' }).end(`${url.href}${body}`),
        }),
      );
      const absolute = (href: string) =>
        href.startsWith('/') ? href : href.replace('.test', `.test:${site.port}`);
      body = links.map((href) => `<a href="${absolute(href)}">x</a>`).join('');
      const allowPrivate = ['site.test', 'sub.site.test', 'www.site.test', 'notsite.test'];
      const seeds = [site.url('/news/', 'site.test')];
      const { records } = await readAll(sourceOf(site, { allowPrivate, seeds, ...source }));
      return records.map(({ path }) => path.replace(`:${site.port}`, '')).sort();
    };
    const news = ['site.test/news/', 'site.test/news/1', 'site.test/news/skip'];
    const www = ['www.site.test/news/1', 'www.site.test/news/2', 'www.site.test/news/skip'];
    expect(await crawlScope({ scope: 'path' })).toEqual([...news, ...www]);
    expect(await crawlScope({ exclude: ['**/skip', '**/shop/**'] })).toEqual(
      [...news, ...www].filter((path) => !path.endsWith('skip')),
    );
    const sub = ['sub.site.test/', 'sub.site.test/news/1', 'sub.site.test/news/skip'];
    expect(await crawlScope({ scope: 'domain', include: ['*/news/**', '*/'] })).toEqual([
      ...news,
      ...sub,
      ...www,
    ]);
  });

  it('is tested with one page', async () => {
    const site = await started(startWebSite('site.test'));
    const { found } = await crawl.test(sourceOf(site), contextOf());
    expect(found).toBe(`site.test:${site.port} “home”, 8 links in scope`);
    expect(site.asked).toHaveLength(2);
  });
});
