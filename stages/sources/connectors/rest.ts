import { type PlumblineError, plumblineError, type RestSource } from '../../../contracts/index.js';
import { sha256Hex } from '../../digest.js';
import type { FormatRecord } from '../formats/format.js';
import { faultyRecord, rowRecord } from '../formats/row.js';
import { createAuthenticator } from '../rest/authentication.js';
import { type Place, pageUrl, placeAfter } from '../rest/pagination.js';
import { valueAt } from '../rest/pointer.js';
import { advance, fromCursor, nextPass, START, toCursor } from '../rest/progress.js';
import { createHttpClient, type HttpAnswer } from '../web/client.js';
import { systemClock } from '../web/clock.js';
import { HttpFault } from '../web/fault.js';
import { requestPatiently, wishedWaitMs } from '../web/patience.js';
import { placeOf } from '../web/url.js';
import { userAgentOf } from '../web/userAgent.js';
import type { Connector, ConnectorContext, Page, RawRecord } from './connector.js';
import type { WebPorts } from './webPorts.js';

const REDIRECTS_MAX = 5;

const failed = (source: RestSource, thrown: unknown): unknown => {
  if (!(thrown instanceof HttpFault)) return thrown;
  const code =
    thrown.kind === 'address-forbidden'
      ? 'ADDRESS_FORBIDDEN'
      : thrown.passing
        ? 'SOURCE_UNREACHABLE'
        : 'SOURCE_UNREADABLE';
  return plumblineError(code, `source ${source.name}: ${thrown.message}`, {
    details: { source: source.name, fault: thrown.kind },
  });
};

const ofStatus = (source: RestSource, { status, url }: HttpAnswer): PlumblineError => {
  const code =
    status === 401 || status === 403 || status === 407
      ? 'SOURCE_REFUSED'
      : status === 408 || status === 429 || status >= 500
        ? 'SOURCE_UNREACHABLE'
        : 'SOURCE_UNREADABLE';
  return plumblineError(code, `source ${source.name}: ${url.host}${url.pathname} answers ${status}`, {
    details: { source: source.name, status },
  });
};

const unreadable = (source: RestSource, found: string): PlumblineError =>
  plumblineError('SOURCE_UNREADABLE', `source ${source.name}: ${found}`, {
    details: { source: source.name },
  });

const decoder = new TextDecoder('utf-8', { fatal: true });

const parse = (source: RestSource, answer: HttpAnswer): { document: unknown; items: readonly unknown[] } => {
  let document: unknown;
  try {
    document = JSON.parse(decoder.decode(answer.body));
  } catch {
    throw unreadable(source, `${answer.url.host}${answer.url.pathname} gives no JSON`);
  }
  const items = valueAt(document, source.items);
  if (!Array.isArray(items))
    throw unreadable(
      source,
      `there is no list at "${source.items}" of ${answer.url.host}${answer.url.pathname}`,
    );
  return { document, items };
};

const toRecord = (item: unknown, recordBytesMax: number): FormatRecord =>
  item !== null && typeof item === 'object' && !Array.isArray(item)
    ? rowRecord(item as Readonly<Record<string, unknown>>, recordBytesMax)
    : faultyRecord(Buffer.from(JSON.stringify(item)), recordBytesMax, 'not-an-object');

const growingValue = (item: unknown, field: string): string | number | null => {
  const value = valueAt(item, `/${field.replaceAll('~', '~0').replaceAll('/', '~1')}`);
  return typeof value === 'string' || (typeof value === 'number' && Number.isFinite(value)) ? value : null;
};

/** A session with the API: one connection pool, one authenticator, one pace. */
const openSession = (source: RestSource, context: ConnectorContext, { clock, lookup }: WebPorts) => {
  const { signal, secrets } = context;
  const client = createHttpClient({
    allowPrivate: source.allowPrivate,
    lookup,
    userAgent: userAgentOf(),
  });
  const patience = {
    attemptsMax: source.attemptsMax,
    waitMsMax: source.waitSecondsMax * 1000,
    clock,
  };
  const authenticator = createAuthenticator(source, { client, secrets, patience, signal });
  let readyMs = 0;

  const ask = async (url: URL): Promise<HttpAnswer> => {
    const make = async () => {
      await clock.sleep(readyMs - clock.nowMs(), signal);
      readyMs = clock.nowMs() + 1000 / source.requestsPerSecond;
      const { headers, query } = await authenticator.credentials();
      const signed = new URL(url);
      for (const [name, value] of Object.entries(query)) signed.searchParams.set(name, value);
      return {
        url: signed,
        headers: { accept: 'application/json', ...source.headers },
        credentials: headers,
        bytesMax: source.pageBytesMax,
        timeoutMs: source.timeoutSeconds * 1000,
        redirectsMax: REDIRECTS_MAX,
      };
    };
    const answer = await requestPatiently(client, make, patience, signal);
    // What is left of the allowance is nothing: the next request waits for the new one.
    if (answer.status < 400 && answer.headers['x-ratelimit-remaining']?.trim() === '0') {
      const wish = wishedWaitMs(answer.headers, clock.nowMs()) ?? 0;
      if (wish <= patience.waitMsMax) readyMs = Math.max(readyMs, clock.nowMs() + wish);
    }
    return answer;
  };

  return {
    /** @throws SOURCE_UNREACHABLE, SOURCE_REFUSED, SOURCE_UNREADABLE, ADDRESS_FORBIDDEN, SECRET_UNRESOLVED, CANCELLED */
    page: async (place: Place, query: Readonly<Record<string, string>>) => {
      const url = pageUrl(source, place, query);
      try {
        let answer = await ask(url);
        if (answer.status === 401 && authenticator.renew()) answer = await ask(url);
        if (answer.status === 204) return { url, answer, document: null, items: [] };
        if (answer.status !== 200) throw ofStatus(source, answer);
        return { url, answer, ...parse(source, answer) };
      } catch (thrown) {
        throw failed(source, thrown);
      }
    },
    close: () => client.close(),
  };
};

const sinceQuery = ({ incremental }: RestSource, since: string | number | null) => {
  const value = since ?? incremental?.start ?? null;
  return incremental === undefined || value === null ? {} : { [incremental.parameter]: String(value) };
};

async function* readPages(
  source: RestSource,
  context: ConnectorContext,
  ports: WebPorts,
): AsyncGenerator<Page> {
  const { incremental, recordBytesMax } = source;
  const session = openSession(source, context, ports);
  const counted = source.pagination.type === 'page' || source.pagination.type === 'offset';
  const asked = new Set<string>();
  const path = placeOf(new URL(source.url)).replace(/\?.*$/, '');
  let progress = incremental === undefined ? START : fromCursor(context.cursor);
  let last = '';
  try {
    for (;;) {
      if (progress.pages >= source.pagesMax)
        throw unreadable(source, `the list has not ended after ${source.pagesMax} pages (pagesMax)`);
      const page = await session.page(progress.place, sinceQuery(source, progress.since));
      const address = sha256Hex(page.url.href);
      if (asked.has(address)) throw unreadable(source, 'the pages go round in a circle');
      asked.add(address);
      const records: RawRecord[] = [];
      const ids: string[] = [];
      for (const item of page.items) {
        const record = toRecord(item, recordBytesMax);
        ids.push(record.sha256);
        const next = advance(
          progress,
          incremental === undefined ? null : growingValue(item, incremental.field),
          record.sha256,
        );
        if (next === null) continue;
        records.push({ path, position: progress.position, format: 'jsonl', ...record });
        progress = next;
      }
      const digest = sha256Hex(ids.join());
      if (counted && ids.length > 0 && digest === last)
        throw unreadable(source, 'one page comes again whatever its number');
      last = digest;
      const place = placeAfter(source, progress.place, { ...page, items: page.items.length });
      progress = place === null ? nextPass(progress) : { ...progress, place, pages: progress.pages + 1 };
      if (records.length > 0)
        yield { records, cursor: incremental === undefined ? null : toCursor(progress) };
      if (place === null) break;
    }
    if (incremental === undefined && progress.position === 0)
      throw plumblineError('SOURCE_EMPTY', `source ${source.name}: the list has no items`, {
        details: { source: source.name },
      });
  } finally {
    await session.close();
  }
}

/**
 * Lists of a REST API: JSON objects, in the order and pages the API gives. Incremental with a field that grows: each
 * pass asks from the greatest value met on, and leaves out the items of that value it has read.
 */
export const createRest = (ports: WebPorts): Connector<RestSource> => ({
  mode: ({ incremental }) => (incremental === undefined ? 'snapshot' : 'incremental'),
  read: (source, context) => readPages(source, context, ports),
  test: async (source, context) => {
    const session = openSession(source, context, ports);
    try {
      const { items, answer } = await session.page(null, sinceQuery(source, null));
      const [first] = items;
      const fields = first !== null && typeof first === 'object' ? Object.keys(first as object) : [];
      return {
        found: `a list of ${items.length} item${items.length === 1 ? '' : 's'} at ${answer.url.host}`,
        fields,
      };
    } finally {
      await session.close();
    }
  },
});

export const rest: Connector<RestSource> = createRest({ clock: systemClock });
