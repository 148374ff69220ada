import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { XMLParser } from 'fast-xml-parser';
import { MemoryBlobStore } from '../../testing/index.js';
import type { Cursor } from '../connectors/connector.js';
import { Frontier } from './frontier.js';
import { readLinks, readRobotsTag } from './links.js';
import { normaliseUrl, patternOf } from './normalise.js';
import { PatternCounts } from './patterns.js';
import { ALLOW_ALL, parseRobots } from './robots.js';
import { type Row, toRow } from './runs.js';
import { parseSitemap } from './sitemap.js';

describe('normaliseUrl', () => {
  it.each([
    ['HTTP://Example.COM:80/a/../b/./c?b=2&a=1#x', 'http://example.com/b/c?a=1&b=2'],
    ['https://example.com', 'https://example.com/'],
    ['http://example.com./x', 'http://example.com/x'],
    ['http://example.com/%7euser/%e3%83%84/%2f', 'http://example.com/~user/%E3%83%84/%2F'],
    ['http://example.com/a;jsessionid=1F?utm_source=x&q=1&gclid=2&', 'http://example.com/a?q=1'],
    ['http://user:secret@example.com/', 'http://example.com/'],
    ['http://example.com/?a=2&a=1', 'http://example.com/?a=2&a=1'],
    ['ftp://example.com/', null],
    ['javascript:alert(1)', null],
    ['http://example.com/a/a/a/a', null],
    [`http://example.com/${'x'.repeat(2000)}`, null],
    [`http://example.com/?${Array.from({ length: 17 }, (_, n) => `p${n}=1`).join('&')}`, null],
  ])('%s is %s', (url, normalised) => {
    expect(normaliseUrl(url)).toBe(normalised);
  });

  it('changes nothing the second time, and takes any text', () => {
    fc.assert(
      fc.property(
        fc.oneof(fc.webUrl({ withQueryParameters: true, withFragments: true }), fc.string()),
        (text) => {
          const once = normaliseUrl(text);
          if (once !== null) expect(normaliseUrl(once)).toBe(once);
        },
      ),
    );
  });

  it('gives one pattern to what differs in numbers and values', () => {
    expect(patternOf('http://a/calendar/2026/11?view=week')).toBe(
      patternOf('http://a/calendar/1/2?view=day'),
    );
    expect(patternOf('http://a/item/9f86d081884c7d65')).toBe(patternOf('http://a/item/60303ae22b998861'));
    expect(patternOf('http://a/some/words')).toBeNull();
  });
});

describe('PatternCounts', () => {
  it('admits as many of a pattern as allowed, whatever else is counted', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 20 }), fc.array(fc.nat(50), { maxLength: 200 }), (max, kinds) => {
        let counts = new PatternCounts();
        const admitted = new Map<number, number>();
        kinds.forEach((kind, index) => {
          if (counts.admit(`http://a/k${'x'.repeat(kind)}/${index}`, max))
            admitted.set(kind, (admitted.get(kind) ?? 0) + 1);
          if (index === 100) counts = new PatternCounts(counts.cells());
        });
        for (const [kind, count] of admitted)
          expect(count).toBe(Math.min(max, kinds.filter((other) => other === kind).length));
      }),
      { numRuns: 20 },
    );
  });
});

/** A crawl of a graph, whose place is written down and taken up again at the given turns. */
const crawlGraph = async (
  graph: readonly (readonly number[])[],
  {
    restarts,
    depthMax = 100,
    pagesMax = 1e6,
  }: { restarts: ReadonlySet<number>; depthMax?: number; pagesMax?: number },
): Promise<readonly string[]> => {
  const store = new MemoryBlobStore();
  const limits = { depthMax, pagesMax, patternUrlsMax: 1e6 };
  const url = (node: number) => `http://site/${node}`;
  let frontier = await Frontier.open(store, limits, null);
  await frontier.begin(
    (async function* (): AsyncGenerator<Row> {
      yield toRow(url(0), 0);
    })(),
  );
  const order: string[] = [];
  let more = true;
  while (more) {
    let restarted = false;
    for await (const { row } of frontier.turns()) {
      order.push(row.url);
      const links = graph[Number(row.url.slice(12))] ?? [];
      frontier.take(
        links.map((node) => toRow(url(node), row.depth + 1)),
        row,
      );
      if (!restarts.has(order.length)) continue;
      const cursor = await frontier.save();
      expect(JSON.stringify(cursor).length).toBeLessThan(16_384);
      frontier = await Frontier.open(store, limits, JSON.parse(JSON.stringify(cursor)) as Cursor);
      restarted = true;
      break;
    }
    if (!restarted) more = await frontier.nextLevel();
  }
  return order;
};

describe('Frontier', () => {
  const graphs = fc
    .integer({ min: 1, max: 60 })
    .chain((nodes) =>
      fc.array(fc.array(fc.nat(nodes - 1), { maxLength: 6 }), { minLength: nodes, maxLength: nodes }),
    );

  it(
    'reaches each address once, nearest first, the same way however often it is taken up again',
    () =>
      fc.assert(
        fc.asyncProperty(graphs, fc.uniqueArray(fc.integer({ min: 1, max: 60 })), async (graph, restarts) => {
          const order = await crawlGraph(graph, { restarts: new Set() });
          const depth = new Map([[0, 0]]);
          const queue = [0];
          for (const node of queue)
            for (const next of graph[node] as readonly number[])
              if (!depth.has(next)) {
                depth.set(next, (depth.get(node) as number) + 1);
                queue.push(next);
              }
          const nodes = order.map((url) => Number(url.slice(12)));
          expect([...nodes].sort()).toEqual([...depth.keys()].sort());
          const depths = nodes.map((node) => depth.get(node) as number);
          expect(depths).toEqual([...depths].sort((a, b) => a - b));
          expect(await crawlGraph(graph, { restarts: new Set(restarts) })).toEqual(order);
        }),
        { numRuns: 40 },
      ),
    60_000,
  );

  it('keeps its cursor small over thousands of places', async () => {
    const graph = Array.from({ length: 3000 }, (_, node) =>
      [2 * node + 1, 2 * node + 2].filter((next) => next < 3000),
    );
    const every = new Set(Array.from({ length: 300 }, (_, index) => index * 10 + 1));
    expect(await crawlGraph(graph, { restarts: every })).toHaveLength(3000);
  }, 60_000);

  it('stops at its bounds', async () => {
    const graph = Array.from({ length: 100 }, (_, node) => [(node + 1) % 100]);
    expect(await crawlGraph(graph, { restarts: new Set(), depthMax: 9 })).toHaveLength(10);
    expect(await crawlGraph(graph, { restarts: new Set(), pagesMax: 7 })).toHaveLength(7);
  });
});

describe('parseSitemap', () => {
  const escaped = (text: string) => text.replace(/&/g, '&amp;').replace(/</g, '&lt;').replace(/>/g, '&gt;');

  it('reads what an XML parser reads (fast-xml-parser)', () => {
    const parser = new XMLParser({
      processEntities: true,
      isArray: (name) => name === 'url',
      parseTagValue: false,
    });
    fc.assert(
      fc.property(
        fc.array(fc.webUrl({ withQueryParameters: true }), { minLength: 1, maxLength: 20 }),
        (urls) => {
          const xml = `<?xml version="1.0"?>\n<urlset xmlns="x"><!-- <loc>http://no/</loc> -->${urls
            .map((url) => `<url>\n <loc>\n${escaped(url)} </loc><lastmod>2026-01-01</lastmod></url>`)
            .join('')}</urlset>`;
          const read = parser.parse(xml) as { urlset: { url: { loc: string }[] } };
          const { urls: found, isIndex } = parseSitemap(xml, 1000);
          expect(found).toEqual(read.urlset.url.map(({ loc }) => loc));
          expect(isIndex).toBe(false);
        },
      ),
      { numRuns: 50 },
    );
  });

  it('reads an index, CDATA, other prefixes and plain lists, within its bound; no entity is expanded', () => {
    expect(
      parseSitemap(
        '<s:sitemapindex><s:sitemap><s:loc><![CDATA[http://a/?x=1&y=2]]></s:loc></s:sitemap></s:sitemapindex>',
        9,
      ),
    ).toEqual({
      isIndex: true,
      urls: ['http://a/?x=1&y=2'],
    });
    expect(parseSitemap('http://a/\r\nnonsense\r\nhttps://b/\r\n', 9)).toEqual({
      isIndex: false,
      urls: ['http://a/', 'https://b/'],
    });
    expect(
      parseSitemap(
        '<urlset><loc>http://a/1</loc><image:loc>http://a/i</image:loc><loc>http://a/2</loc></urlset>',
        1,
      ).urls,
    ).toEqual(['http://a/1']);
    const bomb =
      '<!DOCTYPE x [<!ENTITY a "aaaa"><!ENTITY b "&a;&a;"><!ENTITY f SYSTEM "file:///etc/passwd">]><urlset><loc>http://x/&b;&f;</loc></urlset>';
    expect(parseSitemap(bomb, 9).urls).toEqual(['http://x/&b;&f;']);
  });
});

describe('readLinks', () => {
  const page = new URL('http://site/dir/page');
  const read = (html: string) => readLinks(html, page, 'Plumbline');
  const hrefs = (html: string) => read(html).links.map(({ href }) => href);

  it('reads links, base, canonical, title, charset and directives', () => {
    const found = read(
      '<title> A\n B </title><svg><title>no</title></svg><base href="/base/"><link rel="canonical" href="own"><meta charset=GBK><a href="x">1</a><a href="y" rel="ugc nofollow">2</a><area href=" z "><iframe src="f"></iframe><meta http-equiv="Refresh" content="5; URL=\'r\'"><meta name="ROBOTS" content="noindex, follow">',
    );
    expect(found.links.map(({ href }) => href)).toEqual([
      'http://site/base/x',
      'http://site/base/z',
      'http://site/base/f',
      'http://site/base/r',
    ]);
    expect(found).toMatchObject({
      title: 'A B',
      charset: 'GBK',
      noindex: true,
      nofollow: false,
      canonical: { href: 'http://site/base/own' },
    });
    expect(hrefs('<!-- <a href="no">x</a> --><script>"<a href=no>"</script><a href="yes">')).toEqual([
      'http://site/dir/yes',
    ]);
  });

  it('takes any text in bounded time: nesting, half a tag, a million links', () => {
    expect(hrefs(`${'<div>'.repeat(1000)}<a href="/deep">`)).toEqual(['http://site/deep']);
    // Beyond a depth that no page has the rest is not read.
    expect(hrefs(`${'<b>'.repeat(2_000_000)}<a href="/deep">`)).toEqual([]);
    expect(hrefs('<a href="/x"').length).toBeLessThanOrEqual(1);
    expect(hrefs('<a href="/x">'.repeat(200_000)).length).toBeLessThanOrEqual(5001);
    fc.assert(
      fc.property(
        fc.string({ unit: fc.constantFrom('<', '>', '"', 'a', ' ', 'href', '=', '/', '!', '-') }),
        (html) => void read(html),
      ),
    );
  });

  it('reads X-Robots-Tag for all, for us and for others', () => {
    const tag = (field: string) => readRobotsTag(field, 'Plumbline');
    expect(tag('noindex, nofollow')).toEqual({ noindex: true, nofollow: true });
    expect(tag('googlebot: noindex, nofollow')).toEqual({ noindex: false, nofollow: false });
    expect(tag('googlebot: nofollow, PLUMBLINE: noindex')).toEqual({ noindex: true, nofollow: false });
    expect(tag('unavailable_after: 25 Jun 2027 15:00:00 PST, none')).toEqual({
      noindex: true,
      nofollow: true,
    });
  });
});

describe('parseRobots', () => {
  const robots = (text: string) => parseRobots(Buffer.from(text), 'Plumbline');

  it('reads delays and sitemaps', () => {
    const read = robots(
      'User-agent: *\nCrawl-delay: 9\nUser-agent: plumbline/2.0\nCrawl-delay: 2.5\nDisallow: /x\nSitemap: http://a/s.xml#x',
    );
    expect(read).toMatchObject({ delaySeconds: 2.5, sitemaps: ['http://a/s.xml'] });
    expect(robots('User-agent: *\nCrawl-delay: -1\nCrawl-delay: soon').delaySeconds).toBe(0);
    expect(ALLOW_ALL.allows('/')).toBe(true);
  });

  it('reads 500 KiB and no more, and takes hostile patterns in bounded time', () => {
    const filler = `# ${'x'.repeat(98)}\n`.repeat(5200);
    expect(robots(`User-agent: *\nDisallow: /a\n${filler}Disallow: /b\n`)).toMatchObject({});
    expect(robots(`User-agent: *\nDisallow: /a\n${filler}Disallow: /b\n`).allows('/a')).toBe(false);
    expect(robots(`User-agent: *\nDisallow: /a\n${filler}Disallow: /b\n`).allows('/b')).toBe(true);
    const stars = robots(`User-agent: *\nDisallow: /${'*a'.repeat(8000)}b$`);
    expect(stars.allows(`/${'a'.repeat(1999)}`)).toBe(true);
  });
});
