import { gunzipSync } from 'node:zlib';
import type { CrawlSource } from '../../../contracts/index.js';
import type { Logger } from '../../ports.js';
import { HttpFault } from '../web/fault.js';
import { parseUrl } from '../web/url.js';
import type { Hosts } from './hosts.js';
import { normaliseUrl } from './normalise.js';
import { type Row, toRow } from './runs.js';
import { parseSitemap } from './sitemap.js';

/** sitemaps.org: 50 MiB unpacked and 50,000 addresses each. */
const SITEMAP_BYTES_MAX = 50 * 1024 * 1024;
const SITEMAP_URLS_MAX = 50_000;
const SITEMAPS_MAX = 2000;

const isGzip = (bytes: Uint8Array): boolean => bytes[0] === 0x1f && bytes[1] === 0x8b;

/** The text of a sitemap; files that are packed as such are unpacked within the same bound. */
const textOf = (bytes: Uint8Array): string | null => {
  try {
    const unpacked = isGzip(bytes) ? gunzipSync(bytes, { maxOutputLength: SITEMAP_BYTES_MAX }) : bytes;
    return new TextDecoder('utf-8').decode(unpacked);
  } catch {
    return null;
  }
};

const fetchSitemap = async (url: URL, source: CrawlSource, hosts: Hosts): Promise<string | null> => {
  try {
    const robots = await hosts.robots(url);
    if (robots === null) return null;
    const { status, body } = await hosts.request(
      {
        url,
        bytesMax: SITEMAP_BYTES_MAX,
        timeoutMs: source.timeoutSeconds * 1000,
        redirectsMax: 5,
        wanted: (head) => head.status === 200,
      },
      robots,
    );
    return status === 200 ? textOf(body) : null;
  } catch (thrown) {
    if (thrown instanceof HttpFault) return null;
    throw thrown;
  }
};

/** Where a crawl begins: its seeds, and the pages of the sitemaps that the seeds' hosts name. One sitemap is held at a time. */
export async function* seedRows(
  source: CrawlSource,
  hosts: Hosts,
  inScope: (url: URL) => boolean,
  log: Logger,
): AsyncGenerator<Row> {
  for (const seed of source.seeds) {
    const url = normaliseUrl(seed);
    if (url !== null) yield toRow(url, 0);
  }
  if (source.sitemaps === 'none') return;
  const waiting = new Set<string>();
  for (const origin of new Set(source.seeds.map((seed) => new URL(seed).origin))) {
    const robots = await hosts.robots(new URL(origin)).catch((thrown: unknown) => {
      if (thrown instanceof HttpFault) return null;
      throw thrown;
    });
    for (const sitemap of robots?.sitemaps ?? []) waiting.add(sitemap);
  }
  let read = 0;
  // A set goes on with what is added meanwhile, and knows what was added before.
  for (const sitemap of waiting) {
    const url = parseUrl(sitemap);
    if (url === null || !inScope(new URL('/', url)) || read >= SITEMAPS_MAX) continue;
    read += 1;
    const text = await fetchSitemap(url, source, hosts);
    if (text === null) {
      log.warn({ source: source.name, sitemap: `${url.host}${url.pathname}` }, 'sitemap not read');
      continue;
    }
    const { isIndex, urls } = parseSitemap(text, SITEMAP_URLS_MAX);
    for (const listed of urls) {
      if (isIndex) {
        if (waiting.size < 2 * SITEMAPS_MAX) waiting.add(listed);
        continue;
      }
      const page = normaliseUrl(listed);
      if (page !== null && inScope(new URL(page))) yield toRow(page, 0);
    }
  }
}
