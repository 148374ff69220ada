import { parseUrl } from '../web/url.js';

/** Longer ones are traps more often than pages; the sitemap protocol allows 2,048. */
const URL_LENGTH_MAX = 2000;
const PARAMETERS_MAX = 16;
const SEGMENTS_MAX = 40;
/** A segment that comes more often is a relative link that nests into itself. */
const REPEATS_MAX = 3;

/** Parameters that say where a reader came from, or who it is, but not what is shown. */
const TRACKING =
  /^(utm_[a-z]+|fbclid|gclid|dclid|msclkid|yclid|mc_[ce]id|_ga|igshid|phpsessid|jsessionid|sessionid|sid)$/i;
const SESSION_PATH = /;jsessionid=[^/?#;]*/gi;
const UNRESERVED = /^[A-Za-z0-9._~-]$/;

/** RFC 3986, 6.2.2: upper-case escapes, none of unreserved characters. */
export const normaliseEscapes = (text: string): string =>
  text.replace(/%[0-9a-f]{2}/gi, (octet) => {
    const character = String.fromCharCode(Number.parseInt(octet.slice(1), 16));
    return UNRESERVED.test(character) ? character : octet.toUpperCase();
  });

const normaliseQuery = (search: string): string | null => {
  const parts = search
    .slice(1)
    .split('&')
    .filter((part) => part !== '' && !TRACKING.test(part.split('=')[0] as string))
    .map(normaliseEscapes);
  if (parts.length > PARAMETERS_MAX) return null;
  const name = (part: string): string => part.split('=')[0] as string;
  // Values of one name keep their order: it can mean something.
  parts.sort((a, b) => (name(a) < name(b) ? -1 : name(a) > name(b) ? 1 : 0));
  return parts.length === 0 ? '' : `?${parts.join('&')}`;
};

const nestsIntoItself = (segments: readonly string[]): boolean => {
  const counts = new Map<string, number>();
  for (const segment of segments) {
    if (segment === '') continue;
    const count = (counts.get(segment) ?? 0) + 1;
    if (count > REPEATS_MAX) return true;
    counts.set(segment, count);
  }
  return false;
};

/**
 * The one form of a page's address (RFC 3986, 6): no fragment, escapes normalised, parameters in order, tracking and session
 * parameters left out. Null for what is no http address, or has the shape of a trap: too long, too many parameters or
 * segments, a path that nests into itself.
 */
export const normaliseUrl = (text: string, base?: URL): string | null => {
  // Longer texts cost time to parse and are refused anyway; data: URLs can have megabytes.
  if (text.length > 2 * URL_LENGTH_MAX) return null;
  const url = parseUrl(text.trim(), base);
  if (url === null) return null;
  const host = url.host.replace(/\.(?=:|$)/, '');
  const path = normaliseEscapes(url.pathname.replace(SESSION_PATH, ''));
  const segments = path.split('/');
  const query = normaliseQuery(url.search);
  if (query === null || segments.length > SEGMENTS_MAX || nestsIntoItself(segments)) return null;
  const normalised = `${url.protocol}//${host}${path}${query}`;
  return normalised.length > URL_LENGTH_MAX ? null : normalised;
};

/**
 * What an address has in common with others of its kind: runs of digits and long hexadecimal words stand as `#`, parameters
 * without their values. Null when nothing of it can be counted up.
 */
export const patternOf = (url: string): string | null => {
  const [place = '', query] = url.split('?', 2) as [string, string?];
  const [scheme, , host, ...segments] = place.split('/');
  const path = segments
    .map((segment) => segment.replace(/\b[0-9a-f]{8,}\b/gi, '#').replace(/\d+/g, '#'))
    .join('/');
  const names = query?.split('&').map((part) => (part.split('=')[0] as string).replace(/\d+/g, '#'));
  if (query === undefined && path === segments.join('/')) return null;
  return `${scheme}//${host}/${path}${names === undefined ? '' : `?${[...new Set(names)].join('&')}`}`;
};
