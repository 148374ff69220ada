import { Parser } from 'htmlparser2';
import { parseUrl } from '../web/url.js';

const LINKS_MAX = 5000;
/** The parser's time for a tag grows with the open ones; no page nests as deep. */
const DEPTH_MAX = 2000;
/** Links that their author does not vouch for. */
const UNVOUCHED = /(^|\s)(nofollow|ugc|sponsored)(\s|$)/i;

export interface PageLinks {
  /** As written, resolved against the page's base. */
  readonly links: readonly URL[];
  /** The address that the page gives as its own, or null. */
  readonly canonical: URL | null;
  readonly title: string;
  readonly noindex: boolean;
  readonly nofollow: boolean;
  /** The charset that the page declares, or null. */
  readonly charset: string | null;
}

/** Directives as in `noindex, nofollow` or `none`, in a robots meta element or an X-Robots-Tag field. */
export const readDirectives = (text: string): { noindex: boolean; nofollow: boolean } => {
  const words = text.toLowerCase().split(/[\s,]+/);
  const none = words.includes('none');
  return { noindex: none || words.includes('noindex'), nofollow: none || words.includes('nofollow') };
};

/** X-Robots-Tag: directives for all, or after `name:` for one robot. */
export const readRobotsTag = (field: string, product: string): ReturnType<typeof readDirectives> => {
  let addressed = true;
  const own: string[] = [];
  for (const part of field.split(',')) {
    const named = /^\s*([\w-]+)\s*:\s*(.*)$/.exec(part);
    // Directives with a value look the same as a robot's name.
    const isName = named !== null && !/^(unavailable_after|max-[a-z-]+)$/i.test(named[1] as string);
    if (isName) addressed = (named[1] as string).toLowerCase() === product.toLowerCase();
    if (addressed) own.push(isName ? (named[2] as string) : part);
  }
  return readDirectives(own.join(','));
};

/** Reads what a crawler needs of a page in one pass without building a tree. */
export const readLinks = (html: string, page: URL, product: string): PageLinks => {
  const hrefs: string[] = [];
  let base: URL | null = null;
  let canonical: string | null = null;
  let title = '';
  let titles = 0;
  let depth = 0;
  let inTitle = false;
  let charset: string | null = null;
  const directives: string[] = [];
  const parser = new Parser({
    onopentag: (name, attributes) => {
      const { href, rel = '' } = attributes;
      if (name === 'title') inTitle = titles++ === 0;
      else if (name === 'base' && href !== undefined) base ??= parseUrl(href, page);
      else if (name === 'meta') {
        const key = (attributes['name'] ?? attributes['http-equiv'] ?? '').toLowerCase();
        const content = attributes['content'] ?? '';
        if (key === 'robots' || key === product.toLowerCase()) directives.push(content);
        if (key === 'refresh') hrefs.push(/url\s*=\s*['"]?([^'"]*)/i.exec(content)?.[1] ?? '');
        charset ??= attributes['charset'] ?? (key === 'content-type' ? charsetOf(content) : null);
      } else if (name === 'link' && href !== undefined) {
        const relations = rel.toLowerCase().split(/\s+/);
        if (relations.includes('canonical')) canonical ??= href;
        else if (relations.includes('next') || relations.includes('prev')) hrefs.push(href);
      } else if ((name === 'a' || name === 'area') && href !== undefined && !UNVOUCHED.test(rel))
        hrefs.push(href);
      else if ((name === 'iframe' || name === 'frame') && attributes['src'] !== undefined)
        hrefs.push(attributes['src']);
      depth += 1;
      if (hrefs.length > LINKS_MAX || depth > DEPTH_MAX) parser.pause();
    },
    ontext: (text) => {
      if (inTitle && title.length < 1000) title += text;
    },
    onclosetag: (name) => {
      depth -= 1;
      if (name === 'title') inTitle = false;
    },
  });
  parser.end(html);
  const links = hrefs.flatMap((href) => (href === '' ? [] : (parseUrl(href.trim(), base ?? page) ?? [])));
  return {
    links,
    canonical: canonical === null ? null : parseUrl((canonical as string).trim(), base ?? page),
    title: title.replace(/\s+/g, ' ').trim(),
    charset,
    ...readDirectives(directives.join(',')),
  };
};

/** The charset parameter of a content type, or null. */
export const charsetOf = (contentType: string): string | null =>
  /;\s*charset\s*=\s*["']?([\w.:-]{1,40})/i.exec(contentType)?.[1]?.toLowerCase() ?? null;
