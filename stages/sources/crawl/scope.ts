import picomatch from 'picomatch';
import type { CrawlSource } from '../../../contracts/index.js';
import { placeOf } from '../web/url.js';

/** A site answers with and without `www.`, and often redirects from one to the other. */
const site = ({ host }: URL): string => host.replace(/^www\./, '');
const folder = ({ pathname }: URL): string => pathname.slice(0, pathname.lastIndexOf('/') + 1);

/** Whether an address belongs to the crawl. */
export const createScope = ({ seeds, scope, include, exclude }: CrawlSource): ((url: URL) => boolean) => {
  const roots = seeds.map((seed) => new URL(seed));
  const folders = new Map<string, Set<string>>();
  for (const root of roots)
    folders.set(
      site(root),
      (folders.get(site(root)) ?? new Set()).add(scope === 'path' ? folder(root) : '/'),
    );
  const within = (url: URL): boolean => {
    const host = site(url);
    if (scope === 'domain') {
      // The host itself or one below it: cut labels from the left until one is a seed's.
      for (let at = 0; at >= 0; at = host.indexOf('.', at) + 1 || -1)
        if (folders.has(host.slice(at))) return true;
      return false;
    }
    const allowed = folders.get(host);
    return allowed !== undefined && [...allowed].some((start) => url.pathname.startsWith(start));
  };
  const globs = { dot: true } as const;
  const included = include.length === 0 ? () => true : picomatch([...include], globs);
  const excluded = exclude.length === 0 ? () => false : picomatch([...exclude], globs);
  return (url) => within(url) && included(placeOf(url)) && !excluded(placeOf(url));
};
