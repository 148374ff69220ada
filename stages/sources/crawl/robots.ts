import { normaliseEscapes } from './normalise.js';

/** RFC 9309, 2.5: at least this much is read; what follows is not. */
const TEXT_BYTES_MAX = 500 * 1024;
/** Beyond the limit of the robots.txt parser that Google published: no URL is that long. */
const PATTERN_LENGTH_MAX = 16_664;
const DELAY_SECONDS_MAX = 24 * 3600;

interface Rule {
  readonly allow: boolean;
  readonly pattern: string;
}

interface Group {
  rules: Rule[];
  delaySeconds: number | null;
}

/** What a robots.txt says to one crawler. */
export interface Robots {
  /** Whether a path with its query may be fetched. */
  allows(path: string): boolean;
  readonly delaySeconds: number;
  readonly sitemaps: readonly string[];
}

/** RFC 9309, 2.2.2: octets beyond ASCII are compared percent-encoded, unreserved ones decoded. */
const encode = (text: string): string =>
  normaliseEscapes(
    text
      .replace(/[\uD800-\uDFFF]/gu, '\uFFFD')
      .replace(/[^\x21-\x7e]+/gu, (part) => encodeURIComponent(part)),
  );

/** `*` is any string, `$` at the end the end; the time is at most the product of both lengths. */
const matches = (path: string, pattern: string): boolean => {
  const anchored = pattern.endsWith('$');
  const [first = '', ...rest] = (anchored ? pattern.slice(0, -1) : pattern).split('*');
  if (!path.startsWith(first)) return false;
  let at = first.length;
  for (const [index, part] of rest.entries()) {
    if (anchored && index === rest.length - 1) return path.length - part.length >= at && path.endsWith(part);
    const found = path.indexOf(part, at);
    if (found < 0) return false;
    at = found + part.length;
  }
  return !anchored || at === path.length;
};

const readLine = (line: string): readonly [key: string, value: string] | null => {
  const text = line.replace(/#.*$/, '').trim();
  const colon = /^([^:]*):(.*)$/s.exec(text);
  // Some leave the colon out; two words leave no doubt of what is meant.
  const pair = colon ?? /^(\S+)\s+(\S+)$/.exec(text);
  return pair === null ? null : [(pair[1] as string).trim().toLowerCase(), (pair[2] as string).trim()];
};

/** Whether a user-agent line speaks to the product: `product`, `product/1.0`, `Product Robot`; `*` to all. */
const addresses = (value: string, product: string): 'product' | 'all' | null => {
  if (/^\*(\s|$)/.test(value)) return 'all';
  const token = /^[A-Za-z_-]*/.exec(value)?.[0] ?? '';
  return token !== '' && token.toLowerCase() === product.toLowerCase() ? 'product' : null;
};

const createRobots = ({ rules, delaySeconds }: Group, sitemaps: readonly string[]): Robots => ({
  allows: (path) => {
    const encoded = encode(path);
    let longest = -1;
    let allowed = true;
    for (const { allow, pattern } of rules) {
      if (pattern.length < longest || (pattern.length === longest && !allow)) continue;
      if (!matches(encoded, pattern)) continue;
      longest = pattern.length;
      allowed = allow;
    }
    return allowed;
  },
  delaySeconds: delaySeconds ?? 0,
  sitemaps,
});

export const ALLOW_ALL: Robots = createRobots({ rules: [], delaySeconds: null }, []);

/**
 * The Robots Exclusion Protocol (RFC 9309): groups of the same product are one, those for `*` count when none is addressed to it;
 * the longest pattern that matches decides, and of two as long the one that allows. Crawl-delay and Sitemap belong to
 * no standard and are read as most crawlers do.
 */
export const parseRobots = (bytes: Uint8Array, product: string): Robots => {
  const text = new TextDecoder('utf-8').decode(bytes.subarray(0, TEXT_BYTES_MAX));
  const groups = { product: null as Group | null, all: null as Group | null };
  const sitemaps: string[] = [];
  let addressed = new Set<Group>();
  let inRules = true;
  for (const line of text.split(/\r\n|\r|\n/)) {
    const pair = readLine(line);
    if (pair === null) continue;
    const [key, value] = pair;
    if (key === 'user-agent') {
      if (inRules) addressed = new Set();
      inRules = false;
      const whom = addresses(value, product);
      if (whom === null) continue;
      groups[whom] ??= { rules: [], delaySeconds: null };
      addressed.add(groups[whom]);
    } else if (key === 'allow' || key === 'disallow') {
      inRules = true;
      if (value === '') continue;
      const rule = { allow: key === 'allow', pattern: encode(value).slice(0, PATTERN_LENGTH_MAX) };
      for (const group of addressed) group.rules.push(rule);
    } else if (key === 'crawl-delay') {
      const seconds = Number(value);
      if (!(seconds >= 0)) continue;
      for (const group of addressed) group.delaySeconds ??= Math.min(seconds, DELAY_SECONDS_MAX);
    } else if (key === 'sitemap') sitemaps.push(value);
  }
  return createRobots(groups.product ?? groups.all ?? { rules: [], delaySeconds: null }, sitemaps);
};
