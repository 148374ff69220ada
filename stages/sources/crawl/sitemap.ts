const ENTITIES: Readonly<Record<string, string>> = { amp: '&', lt: '<', gt: '>', quot: '"', apos: "'" };

/** The five entities of XML and character references; a document type cannot add others (no expansion, no files). */
const unescapeXml = (text: string): string =>
  text.replace(/&(?:#x([0-9a-f]{1,6})|#(\d{1,7})|([a-z]+));/gi, (whole, hex, decimal, name) => {
    if (name !== undefined) return ENTITIES[name as string] ?? whole;
    const code = hex === undefined ? Number(decimal) : Number.parseInt(hex as string, 16);
    return code <= 0x10ffff ? String.fromCodePoint(code) : (whole as string);
  });

const LOC = /<(?:[a-z][\w.-]*:)?loc\s*>([^<]*|\s*<!\[CDATA\[[^\]]*\]\]>\s*)<\/(?:[a-z][\w.-]*:)?loc\s*>/gi;
const NESTED = /<(?:image|video|news):[^>]*>|<!--[\s\S]*?-->/;

/** The addresses in a sitemap, and whether they are those of further sitemaps. */
export interface Sitemap {
  readonly isIndex: boolean;
  readonly urls: readonly string[];
}

/**
 * Reads a sitemap (sitemaps.org 0.9): a list of pages or of sitemaps in XML, or a plain list with an address a line. Of
 * damaged ones what can be read.
 */
export const parseSitemap = (text: string, urlsMax: number): Sitemap => {
  const head = text.slice(0, 4096);
  if (!/^\s*\uFEFF?\s*</.test(head)) {
    const lines = text.split(/\r?\n/, urlsMax).map((line) => line.trim());
    return { isIndex: false, urls: lines.filter((line) => /^https?:\/\//i.test(line)) };
  }
  const isIndex = /<(?:[a-z][\w.-]*:)?sitemapindex[\s>]/i.test(head.replace(NESTED, ''));
  const urls: string[] = [];
  for (const match of text.replace(/<!--[\s\S]*?-->/g, '').matchAll(LOC)) {
    if (urls.length >= urlsMax) break;
    // The namespaces of images and videos have a loc of their own, which is no page.
    if (/^<(image|video):/i.test(match[0])) continue;
    const content = (match[1] as string).trim();
    const data = /^<!\[CDATA\[([\s\S]*)\]\]>$/.exec(content)?.[1];
    urls.push((data ?? unescapeXml(content)).trim());
  }
  return { isIndex, urls };
};
