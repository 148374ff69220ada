import type { CrawledType, CrawlSource } from '../../../contracts/index.js';
import { sha256Hex } from '../../digest.js';
import type { RawRecord } from '../connectors/connector.js';
import { type AnswerHead, type HttpAnswer, redirectTarget } from '../web/client.js';
import { HttpFault } from '../web/fault.js';
import { placeOf } from '../web/url.js';
import { PRODUCT } from '../web/userAgent.js';
import type { Turn } from './frontier.js';
import type { Hosts } from './hosts.js';
import { charsetOf, type PageLinks, readLinks, readRobotsTag } from './links.js';
import { normaliseUrl } from './normalise.js';
import { type Row, toRow } from './runs.js';

const FORMATS: Readonly<Record<CrawledType, string>> = {
  'text/html': 'html',
  'application/xhtml+xml': 'html',
  'application/pdf': 'pdf',
  'text/plain': 'txt',
};
const VALIDATOR_LENGTH_MAX = 256;

/** What became of one address. */
export interface Outcome {
  /** A page to be collected, or one that is quarantined, or null. */
  readonly record: RawRecord | null;
  readonly found: readonly Row[];
  /** How the next crawl knows the address; null: not at all, since it is gone for good. */
  readonly visited: Row | null;
  /** Counted, for people: `page`, `unchanged`, or why there is no record. */
  readonly what: string;
}

const passedOver = (what: string, visited: Row | null, found: readonly Row[] = []): Outcome => ({
  record: null,
  found,
  visited,
  what,
});

const typeOf = ({ headers }: AnswerHead): string =>
  (headers['content-type'] ?? 'text/html').split(';')[0]?.trim().toLowerCase() ?? '';

const fieldsOf = (url: URL, type: string, title: string): RawRecord['field'] => {
  const fields: Readonly<Record<string, string>> = { url: url.href, host: url.hostname, type, title };
  return (name) => (Object.hasOwn(fields, name) ? fields[name] : undefined);
};

/** A record for an address whose content cannot be had: its id is made of the address and the reason. */
const quarantined = (url: URL, fault: string, visited: Row): Outcome => ({
  record: {
    path: placeOf(url),
    position: 0,
    format: 'html',
    sha256: sha256Hex(`${url.href}\n${fault}`),
    bytes: 0,
    raw: null,
    field: fieldsOf(url, '', ''),
    fault,
  },
  found: [],
  visited,
  what: fault,
});

const NO_LINKS: PageLinks = {
  links: [],
  canonical: null,
  title: '',
  charset: null,
  noindex: false,
  nofollow: false,
};

/** Only for links and directives, which are ASCII but for queries; the text itself is decoded when it is cleaned. */
const decodeMarkup = (body: Uint8Array, charset: string | null): string => {
  try {
    return new TextDecoder(charset ?? 'utf-8').decode(body);
  } catch {
    return new TextDecoder('latin1').decode(body);
  }
};

/** Fetches pages of one crawl. */
export const createPageReader = (
  source: CrawlSource,
  hosts: Hosts,
  inScope: (url: URL) => boolean,
): ((turn: Turn) => Promise<Outcome>) => {
  const wantedTypes: ReadonlySet<string> = new Set(source.contentTypes);

  const rowsOf = (links: readonly URL[], depth: number): readonly Row[] => {
    const rows = new Map<string, Row>();
    for (const link of links) {
      const url = normaliseUrl(link.href);
      if (url !== null && !rows.has(url) && inScope(new URL(url))) rows.set(url, toRow(url, depth));
    }
    return [...rows.values()];
  };

  const read = ({ row, known }: Turn, answer: HttpAnswer): Outcome => {
    const { url, headers, body } = answer;
    const type = typeOf(answer);
    const format = FORMATS[type as CrawledType];
    const digest = sha256Hex(body);
    const charset = charsetOf(headers['content-type'] ?? '');
    const page = format === 'html' ? readLinks(decodeMarkup(body, charset), url, PRODUCT) : NO_LINKS;
    const tag = readRobotsTag(headers['x-robots-tag'] ?? '', PRODUCT);
    const found = page.nofollow || tag.nofollow ? [] : rowsOf(page.links, row.depth + 1);
    const validator = (name: string): string | undefined => {
      const value = headers[name];
      return value !== undefined && value.length <= VALIDATOR_LENGTH_MAX ? value : undefined;
    };
    const etag = validator('etag');
    const lastModified = validator('last-modified');
    const visited: Row = {
      ...toRow(row.url, row.depth),
      ...(etag !== undefined && { etag }),
      ...(lastModified !== undefined && { lastModified }),
      digest,
    };
    if (page.noindex || tag.noindex) return passedOver('noindex', visited, found);
    const [canonical] = page.canonical === null ? [] : rowsOf([page.canonical], row.depth);
    if (canonical !== undefined && canonical.key !== row.key)
      return passedOver('canonical-elsewhere', visited, [...found, canonical]);
    if (known?.digest === digest) return passedOver('unchanged', visited, found);
    // The charset of the header is kept where the page itself says nothing or something else (HTML, 13.2.3.2).
    const declared = charset !== null && charset !== 'utf-8' && charset !== page.charset?.toLowerCase();
    return {
      record: {
        path: placeOf(url),
        position: 0,
        format: declared && format !== 'pdf' ? `${format};charset=${charset}` : (format as string),
        sha256: digest,
        bytes: body.byteLength,
        raw: body,
        field: fieldsOf(url, type, page.title),
        fault: body.byteLength === 0 ? 'empty' : null,
      },
      found,
      visited,
      what: 'page',
    };
  };

  return async (turn) => {
    const { row, known } = turn;
    const url = new URL(row.url);
    // What gave no page today may give one next time, when the page that links to it is unchanged and not read again.
    const bare: Row = toRow(row.url, row.depth);
    const kept = known ?? bare;
    try {
      const robots = await hosts.robots(url);
      if (robots === null) return passedOver('robots-unreachable', kept);
      if (!robots.allows(`${url.pathname}${url.search}`)) return passedOver('robots-disallowed', bare);
      const answer = await hosts.request(
        {
          url,
          headers: {
            accept: source.contentTypes.join(', '),
            ...(known?.etag !== undefined && { 'if-none-match': known.etag }),
            ...(known?.lastModified !== undefined && { 'if-modified-since': known.lastModified }),
          },
          bytesMax: source.recordBytesMax,
          timeoutMs: source.timeoutSeconds * 1000,
          redirectsMax: 0,
          wanted: (head) => head.status === 200 && wantedTypes.has(typeOf(head)),
        },
        robots,
      );
      const { status } = answer;
      if (status === 304) return passedOver('unchanged', kept);
      const target = redirectTarget(answer);
      // A redirect is a link like others: its target is looked at by scope, robots.txt and doubles, in its turn.
      if (target !== null) return passedOver('redirect', bare, rowsOf([target], row.depth + 1));
      if (status >= 500 || status === 429) return quarantined(url, `http-${status}`, kept);
      if (status !== 200) return passedOver(`http-${status}`, status === 410 ? null : bare);
      if (!wantedTypes.has(typeOf(answer))) return passedOver('other-type', bare);
      return read(turn, answer);
    } catch (thrown) {
      if (!(thrown instanceof HttpFault)) throw thrown;
      return quarantined(url, thrown.kind, kept);
    }
  };
};
