import { type CrawlSource, type ErrorCode, plumblineError } from '../../../contracts/index.js';
import { mapConcurrently } from '../../concurrency.js';
import { Frontier } from '../crawl/frontier.js';
import { Hosts } from '../crawl/hosts.js';
import { createPageReader } from '../crawl/page.js';
import { createScope } from '../crawl/scope.js';
import { seedRows } from '../crawl/seeds.js';
import { createHttpClient } from '../web/client.js';
import { systemClock } from '../web/clock.js';
import { PRODUCT, userAgentOf } from '../web/userAgent.js';
import type { Connector, ConnectorContext, Page, RawRecord } from './connector.js';
import type { WebPorts } from './webPorts.js';

const RECORDS_A_PAGE = 16;
const BYTES_A_PAGE = 4_000_000;
/** Turns after which what they found leaves the memory, also when they gave no record. */
const TURNS_A_SAVE = 256;
const ATTEMPTS_MAX = 3;
const WAIT_MS_MAX = 120_000;

const openCrawl = (source: CrawlSource, context: ConnectorContext, { clock, lookup }: WebPorts) => {
  const stop = new AbortController();
  const signal = AbortSignal.any([context.signal, stop.signal]);
  const client = createHttpClient({
    allowPrivate: source.allowPrivate,
    lookup,
    userAgent: userAgentOf(source.contact),
  });
  const hosts = new Hosts({
    client,
    patience: { attemptsMax: ATTEMPTS_MAX, waitMsMax: WAIT_MS_MAX, clock },
    signal,
    product: PRODUCT,
    delaySeconds: source.delaySeconds,
    timeoutMs: source.timeoutSeconds * 1000,
  });
  const inScope = createScope(source);
  return {
    hosts,
    inScope,
    readPage: createPageReader(source, hosts, inScope),
    /** Ends what is under way. */
    stop: () => stop.abort(),
    close: () => client.close(),
  };
};

const isRead = (what: string): boolean =>
  ['page', 'unchanged', 'noindex', 'canonical-elsewhere'].includes(what);

/** Why a crawl whose every beginning failed has nothing to give. */
const nothingRead = (source: CrawlSource, counts: ReadonlyMap<string, number>): Error => {
  const reasons = [...counts].sort((a, b) => b[1] - a[1]).map(([what]) => what);
  const has = (...whats: string[]): boolean => reasons.some((reason) => whats.includes(reason));
  const code: ErrorCode = has('address-forbidden')
    ? 'ADDRESS_FORBIDDEN'
    : has('http-401', 'http-403', 'robots-disallowed')
      ? 'SOURCE_REFUSED'
      : has('robots-unreachable', 'unreachable', 'timeout') ||
          reasons.some((reason) => /^http-(5|429)/.test(reason))
        ? 'SOURCE_UNREACHABLE'
        : 'SOURCE_EMPTY';
  return plumblineError(code, `source ${source.name}: no page could be read (${reasons.join(', ')})`, {
    details: { source: source.name, reasons },
  });
};

async function* readCrawl(
  source: CrawlSource,
  context: ConnectorContext,
  ports: WebPorts,
): AsyncGenerator<Page> {
  const { log, blobs } = context;
  if (blobs === undefined)
    throw plumblineError('INTERNAL', 'a crawl keeps its frontier in the object store, and none was given');
  const crawl = openCrawl(source, context, ports);
  const counts = new Map<string, number>();
  let records: RawRecord[] = [];
  let bytes = 0;
  let turns = 0;
  try {
    const frontier = await Frontier.open(blobs, source, context.cursor);
    if (frontier.done) await frontier.begin(seedRows(source, crawl.hosts, crawl.inScope, log));
    const fromStart = frontier.fetched === 0;
    const take = async () => {
      const page = { records, cursor: await frontier.save() };
      records = [];
      bytes = 0;
      turns = 0;
      return page;
    };
    do {
      // In the order of the turns, however fast each host is.
      const read = mapConcurrently(frontier.turns(), source.hostsAtOnce, async (turn) => ({
        turn,
        outcome: await crawl.readPage(turn),
      }));
      for await (const { outcome } of read) {
        frontier.take(outcome.found, outcome.visited);
        counts.set(outcome.what, (counts.get(outcome.what) ?? 0) + 1);
        turns += 1;
        if (outcome.record !== null) {
          records.push(outcome.record);
          bytes += outcome.record.raw?.byteLength ?? 0;
        }
        if (records.length < RECORDS_A_PAGE && bytes < BYTES_A_PAGE) {
          // A page without records would end the reading.
          if (turns % TURNS_A_SAVE === 0) await frontier.save();
          continue;
        }
        let goesOn = false;
        try {
          yield await take();
          goesOn = true;
        } finally {
          // Requests under way are not waited for when the reader goes away.
          if (!goesOn) crawl.stop();
        }
      }
    } while (await frontier.nextLevel());
    if (fromStart && ![...counts.keys()].some(isRead)) throw nothingRead(source, counts);
    const complete = frontier.fetched < source.pagesMax;
    log.info(
      { source: source.name, fetched: frontier.fetched, outcomes: Object.fromEntries(counts) },
      'crawl ended',
    );
    if (!complete)
      log.warn({ source: source.name, pagesMax: source.pagesMax }, 'the crawl was cut short at pagesMax');
    yield { records, cursor: await frontier.finish(complete) };
  } finally {
    crawl.stop();
    await crawl.close();
  }
}

/**
 * Pages of web sites, breadth first. A crawl ends when nothing new is found or a bound is met; read on from its end it begins
 * anew, asks for the pages it knows whether they have changed, and gives new and changed ones only.
 */
export const createCrawl = (ports: WebPorts): Connector<CrawlSource> => ({
  mode: () => 'incremental',
  read: (source, context) => readCrawl(source, context, ports),
  test: async (source, context) => {
    const crawl = openCrawl(source, context, ports);
    const counts = new Map<string, number>();
    try {
      for (const seed of source.seeds) {
        const row = { key: '', url: seed, depth: 0 };
        const { record, found, what } = await crawl.readPage({ row, known: null });
        counts.set(what, 1);
        if (!isRead(what)) continue;
        const title = record?.field('title') ?? '';
        return {
          found: `${new URL(seed).host}${title === '' ? '' : ` “${title}”`}, ${found.length} links in scope`,
          fields: ['url', 'host', 'type', 'title'],
        };
      }
      throw nothingRead(source, counts);
    } finally {
      crawl.stop();
      await crawl.close();
    }
  },
});

export const crawl: Connector<CrawlSource> = createCrawl({ clock: systemClock });
