import { gzipSync } from 'node:zlib';
import { type Route, type Site, startSite } from './site.js';

const page = (title: string, ...links: readonly string[]): string =>
  `<!doctype html><html><head><title>${title}</title></head><body><p>This is ${title}.</p>${links
    .map((href) => `<a href="${href}">x</a>`)
    .join('\n')}</body></html>`;

const HTML = { 'content-type': 'text/html; charset=utf-8' };

/** A site as a crawler meets them: pages, robots.txt, sitemaps, and everything that may go wrong. */
export const webSite = (origin: () => string): Readonly<Record<string, Route>> => ({
  '/robots.txt': (_request, response) => {
    response.end(
      `User-agent: *\nDisallow: /private/\nAllow: /private/open\n\nUser-agent: other\nDisallow: /\n\nSitemap: ${origin()}/sitemap.xml\n`,
    );
  },
  '/sitemap.xml': (_request, response) => {
    response.end(
      `<?xml version="1.0"?><sitemapindex xmlns="http://www.sitemaps.org/schemas/sitemap/0.9"><sitemap><loc>${origin()}/map.xml.gz</loc></sitemap><sitemap><loc>${origin()}/sitemap.xml</loc></sitemap></sitemapindex>`,
    );
  },
  '/map.xml.gz': (_request, response) => {
    response.end(
      gzipSync(
        `<urlset><url><loc>${origin()}/from-sitemap?a=1&amp;b=2</loc></url><url><loc>http://elsewhere.test/</loc></url></urlset>`,
      ),
    );
  },
  '/from-sitemap': page('sitemapped'),
  '/': page(
    'home',
    '/a',
    '/a#part',
    '/A/../a?utm_source=x',
    'b?y=2&x=1',
    '/b?x=1&y=2',
    '/private/secret',
    '/private/open',
    'mailto:x@example.com',
    'javascript:void(0)',
    'http://elsewhere.test/page',
    'http://user:pass@elsewhere.test/',
    '/hostile',
    '/marked',
    '/binary',
    '/text',
  ),
  '/a': page('a', '/deep/1', '/'),
  '/b': page('b'),
  '/deep/*': (_request, response, url) => {
    const number = Number(url.pathname.slice(6));
    response.writeHead(200, HTML).end(page(`deep ${number}`, `/deep/${number + 1}`));
  },
  '/private/*': (_request, response, url) =>
    response.writeHead(200, HTML).end(page(url.pathname)) && undefined,
  '/marked': page('marked', '/noindex', '/nofollow', '/tagged', '/copy', '/moved', '/refresh'),
  '/noindex': `<meta name="robots" content="NoIndex"><a href="/behind-noindex">x</a>`,
  '/behind-noindex': page('behind noindex'),
  '/nofollow': `<title>nofollow</title><meta name="robots" content="nofollow"><a href="/behind-nofollow">x</a>`,
  '/behind-nofollow': page('never'),
  '/tagged': {
    headers: { ...HTML, 'x-robots-tag': 'otherbot: nofollow, plumbline: noindex' },
    body: page('tagged', '/behind-tagged'),
  },
  '/behind-tagged': page('behind tagged', '/never-linked" rel="nofollow'),
  '/never-linked': page('never'),
  '/copy': '<link rel="canonical" href="/original"><title>copy</title>',
  '/original': page('original'),
  '/moved': { status: 301, headers: { location: '/moved-here' } },
  '/moved-here': page('moved here'),
  '/refresh': '<title>refresh</title><meta http-equiv="refresh" content="0; url=/refreshed">',
  '/refreshed': page('refreshed'),
  '/binary': { headers: { 'content-type': 'image/png' }, body: 'png' },
  '/text': { headers: { 'content-type': 'text/plain; charset=shift_jis' }, body: 'plain' },
  '/hostile': page(
    'hostile',
    '/loop/1',
    '/to-loopback',
    '/to-elsewhere',
    '/bomb',
    '/huge',
    '/slow',
    '/broken',
    '/gone',
    '/busy',
    '/calendar/2026/1',
    '/filter?q=0',
    '/nest/nest/nest/nest/nest',
    `/${'long'.repeat(1000)}`,
    'data:text/html,<p>x',
    'http://[::1',
    'http://%zz/',
  ),
  '/loop/*': (_request, response, url) =>
    void response.writeHead(302, { location: url.pathname === '/loop/1' ? '/loop/2' : '/loop/1' }).end(),
  '/to-loopback': { status: 302, headers: { location: 'http://127.0.0.2:9/' } },
  '/to-elsewhere': { status: 302, headers: { location: 'http://elsewhere.test/' } },
  '/bomb': { headers: { ...HTML, 'content-encoding': 'gzip' }, body: gzipSync(Buffer.alloc(20_000_000)) },
  '/huge': { headers: HTML, body: Buffer.alloc(300_000, 'x') },
  '/slow': (_request, response) => {
    response.writeHead(200, HTML);
    const timer = setInterval(() => response.write('x'), 50);
    response.on('close', () => clearInterval(timer));
  },
  '/broken': { status: 500 },
  '/gone': { status: 410 },
  '/calendar/*': (_request, response, url) => {
    const [, , year, month] = url.pathname.split('/').map(Number);
    const links = Array.from(
      { length: 12 },
      (_, index) => `/calendar/${(year ?? 0) + index}/${(month ?? 0) + 1}`,
    );
    response.writeHead(200, HTML).end(page(url.pathname, ...links));
  },
  '/filter': (_request, response, url) => {
    const number = Number(url.searchParams.get('q'));
    const links = Array.from({ length: 10 }, (_, index) => `/filter?q=${number * 10 + index}&page=${index}`);
    response.writeHead(200, HTML).end(page(`filter ${url.search}`, ...links));
  },
});

/** Starts the site; its own addresses are those it was started at, under the given name. */
export const startWebSite = async (
  host: string,
  extra: Readonly<Record<string, Route>> = {},
): Promise<Site> => {
  let origin = '';
  const site = await startSite({ ...webSite(() => origin), ...extra });
  origin = site.url('', host);
  return site;
};
