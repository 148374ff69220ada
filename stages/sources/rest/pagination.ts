import { plumblineError, type RestPagination, type RestSource } from '../../../contracts/index.js';
import type { HttpAnswer } from '../web/client.js';
import { linkTarget } from '../web/linkHeader.js';
import { parseUrl } from '../web/url.js';
import { valueAt } from './pointer.js';

/** Where the next page is: a number for pages and offsets, a token, or a URL; null: at the beginning. */
export type Place = string | number | null;

export interface ReadPage {
  readonly answer: HttpAnswer;
  readonly document: unknown;
  /** Items of the page. */
  readonly items: number;
}

const unreadable = (source: RestSource, found: string): Error =>
  plumblineError('SOURCE_UNREADABLE', `source ${source.name}: ${found}`, {
    details: { source: source.name },
  });

/**
 * The address of a page. @throws SOURCE_REFUSED when the other side names a page of another origin, which would be sent
 * the credentials and was never agreed to
 */
export const pageUrl = (source: RestSource, place: Place, query: Readonly<Record<string, string>>): URL => {
  const base = new URL(source.url);
  const { pagination } = source;
  const set = (url: URL, values: Readonly<Record<string, string>>): URL => {
    for (const [name, value] of Object.entries(values)) url.searchParams.set(name, value);
    return url;
  };
  if (pagination.type === 'link' || pagination.type === 'next') {
    if (place === null) return set(base, { ...source.query, ...query });
    const next = parseUrl(String(place), base);
    if (next === null) throw unreadable(source, 'the next page has no http or https address');
    if (next.origin !== base.origin)
      throw plumblineError(
        'SOURCE_REFUSED',
        `source ${source.name}: the next page is said to lie at ${next.origin}, not at ${base.origin}`,
        { details: { source: source.name, origin: next.origin } },
      );
    return next;
  }
  return set(base, { ...source.query, ...query, ...placeQuery(pagination, place) });
};

const placeQuery = (
  pagination: Exclude<RestPagination, { type: 'link' | 'next' }>,
  place: Place,
): Readonly<Record<string, string>> => {
  switch (pagination.type) {
    case 'none':
      return {};
    case 'page':
      return {
        [pagination.parameter]: String(place ?? pagination.first),
        ...(pagination.sizeParameter !== undefined && {
          [pagination.sizeParameter]: String(pagination.size),
        }),
      };
    case 'offset':
      return {
        [pagination.parameter]: String(place ?? 0),
        [pagination.limitParameter]: String(pagination.limit),
      };
    case 'cursor':
      return place === null ? {} : { [pagination.parameter]: String(place) };
  }
};

const TOKEN_CHARACTERS_MAX = 4096;

/** A token or URL out of a body: absent, null, false and the empty string end the list. */
const tokenOf = (source: RestSource, value: unknown): string | null => {
  if (value === undefined || value === null || value === '' || value === false) return null;
  if (typeof value !== 'string' && typeof value !== 'number')
    throw unreadable(source, 'what leads to the next page is neither text nor a number');
  const token = String(value);
  if (token.length > TOKEN_CHARACTERS_MAX)
    throw unreadable(source, `what leads to the next page has over ${TOKEN_CHARACTERS_MAX} characters`);
  return token;
};

/** The place after a page, or null after the last one. @throws SOURCE_UNREADABLE */
export const placeAfter = (source: RestSource, place: Place, page: ReadPage): Place => {
  const { pagination } = source;
  const { answer, document, items } = page;
  switch (pagination.type) {
    case 'none':
      return null;
    case 'page':
      return items === 0 ? null : Number(place ?? pagination.first) + 1;
    case 'offset':
      return items === 0 ? null : Number(place ?? 0) + items;
    case 'cursor':
      return tokenOf(source, valueAt(document, pagination.from));
    case 'next':
      return absolute(source, answer.url, tokenOf(source, valueAt(document, pagination.from)));
    case 'link':
      return absolute(source, answer.url, tokenOf(source, linkTarget(answer.headers['link'] ?? '', 'next')));
  }
};

/** Relative references are relative to the page they stand in. */
const absolute = (source: RestSource, page: URL, reference: string | null): string | null => {
  if (reference === null) return null;
  const url = parseUrl(reference, page);
  if (url === null) throw unreadable(source, 'the next page has no http or https address');
  return url.href;
};
