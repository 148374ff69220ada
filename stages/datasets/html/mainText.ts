import { Readability } from '@mozilla/readability';
import { Parser } from 'htmlparser2';
import { parseHTML } from 'linkedom';
import { decodeText } from '../mail/charset.js';

/** Building and weighing a tree of more takes seconds; such pages are read whole. */
const ELEMENTS_MAX = 30_000;
const TREE_CHARACTERS_MAX = 1_000_000;
/** A parser's time for a tag grows with the open ones; no page that is read nests as deep. */
const DEPTH_MAX = 2000;
const CHARACTERS_MAX = 10_000_000;
/** Shorter findings are a caption or a cookie notice. */
const ARTICLE_CHARACTERS_MIN = 140;

/** What a reader comes to a page for. */
export interface MainText {
  readonly title: string;
  /** Markup of the main part, or of the whole page; plain text where the markup cannot be read. */
  readonly content: string;
  readonly kind: 'html' | 'text';
  /** The instant the page says it was published, ISO 8601, or null. */
  readonly publishedAt: string | null;
  /** What was decided, for people. */
  readonly notes: readonly string[];
}

const META_CHARSET = /<meta[^>]{0,200}charset\s*=\s*["']?\s*([\w.:-]+)/i;
const BYTE_ORDER_MARKS: readonly (readonly [string, readonly number[]])[] = [
  ['utf-8', [0xef, 0xbb, 0xbf]],
  ['utf-16le', [0xff, 0xfe]],
  ['utf-16be', [0xfe, 0xff]],
];

/** A byte order mark counts before the header, the header before the page's own declaration (HTML, 13.2.3.2). */
const decodePage = (
  bytes: Uint8Array,
  headerCharset: string | null,
): { text: string; note: string | null } => {
  const marked = BYTE_ORDER_MARKS.find(([, mark]) => mark.every((byte, index) => bytes[index] === byte));
  if (marked !== undefined) return { text: new TextDecoder(marked[0]).decode(bytes), note: null };
  const head = Buffer.from(bytes.buffer, bytes.byteOffset, Math.min(bytes.byteLength, 1024)).toString(
    'latin1',
  );
  return decodeText(bytes, headerCharset ?? META_CHARSET.exec(head)?.[1] ?? null);
};

/** Elements and depth of the markup, found without building a tree; stops where either is too much. */
const measure = (html: string): 'fine' | 'many' | 'deep' => {
  let [elements, depth] = [0, 0];
  let found: 'fine' | 'many' | 'deep' = 'fine';
  const parser = new Parser({
    onopentag: () => {
      elements += 1;
      depth += 1;
      if (depth > DEPTH_MAX) {
        found = 'deep';
        parser.pause();
      } else if (elements > ELEMENTS_MAX) found = 'many';
    },
    onclosetag: () => {
      depth -= 1;
    },
  });
  parser.end(html);
  return found;
};

const TITLE = /<title[^<>]*>([^<]*)/i;

const instantOf = (text: string | null | undefined): string | null => {
  const ms = Date.parse(text ?? '');
  return Number.isNaN(ms) ? null : new Date(ms).toISOString();
};

/** Tags that HTML allows to be left out, which linkedom does not put in: without a body there is nothing to read. */
const withBody = (html: string): string =>
  /<body[\s>]/i.test(html)
    ? html
    : `<html><body>${html.replace(/<\/?(html|head)(\s[^<>]*)?>/gi, '')}</body></html>`;

/** The main part by Readability, or null where the page has none that stands out. */
const findArticle = (html: string) => {
  try {
    // linkedom's document is one for all that Readability asks of it; where there is no element at all, both throw.
    return new Readability(parseHTML(withBody(html)).document as never, {
      maxElemsToParse: ELEMENTS_MAX,
    }).parse();
  } catch {
    return null;
  }
};

/**
 * The main text of a web page without navigation, advertisements and footers, as a browser's reader view finds it
 * (Mozilla's Readability); pages without a main part are read whole. Takes any bytes.
 */
export const mainText = (bytes: Uint8Array, headerCharset: string | null): MainText => {
  const { text, note } = decodePage(bytes, headerCharset);
  const html = text.slice(0, CHARACTERS_MAX);
  const notes = note === null ? [] : [note];
  const title = (TITLE.exec(html)?.[1] ?? '').trim();
  const whole = { title, publishedAt: null };
  const size = measure(html);
  if (size === 'deep')
    return {
      ...whole,
      content: html.replace(/<[^<>]*>/g, ' '),
      kind: 'text',
      notes: [...notes, 'nested too deep, tags removed'],
    };
  const article = size === 'many' || html.length > TREE_CHARACTERS_MAX ? null : findArticle(html);
  const length = article?.textContent?.trim().length ?? 0;
  if (article === null || length < ARTICLE_CHARACTERS_MIN)
    return { ...whole, content: html, kind: 'html', notes: [...notes, 'no main part, read whole'] };
  return {
    title: article.title?.trim() || title,
    content: article.content ?? '',
    kind: 'html',
    publishedAt: instantOf(article.publishedTime),
    notes,
  };
};
