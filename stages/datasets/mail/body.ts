import libmime from 'libmime';
import { type DecodedText, decodeText } from './charset.js';
import type { MailPart } from './parts.js';

export interface Body {
  readonly kind: 'text' | 'html';
  readonly content: string;
}

export interface Bodies {
  readonly bodies: readonly Body[];
  readonly attachments: number;
  /** The charset the first text with bytes above 127 was read in, or null. */
  readonly charset: string | null;
  /** What was decided against or without a declaration. */
  readonly notes: readonly string[];
}

const NOTHING: Bodies = { bodies: [], attachments: 0, charset: null, notes: [] };

const join = (parts: readonly Bodies[]): Bodies => ({
  bodies: parts.flatMap((part) => part.bodies),
  attachments: parts.reduce((sum, part) => sum + part.attachments, 0),
  charset: parts.find((part) => part.charset !== null)?.charset ?? null,
  notes: parts.flatMap((part) => part.notes),
});

const META_CHARSET = /<meta[^>]{0,200}charset\s*=\s*["']?\s*([\w.:-]+)/i;
const LOOKS_HTML = /^\s*(<!doctype html|<(x-)?html[\s>]|<head[\s>]|<body[\s>])/i;

const decodeLeaf = (part: MailPart): { readonly decoded: DecodedText; readonly html: boolean } => {
  const bytes = part.content();
  const html = part.type === 'text/html';
  const meta =
    html && part.charset === null ? META_CHARSET.exec(bytes.subarray(0, 2048).toString('latin1')) : null;
  const decoded = decodeText(bytes, part.charset ?? meta?.[1] ?? null);
  // Many senders label a page as plain text; a mail program shows it as such, a person does not want to read it.
  if (html || LOOKS_HTML.test(decoded.text)) return { decoded, html: true };
  if (part.flowed === null) return { decoded, html: false };
  return {
    decoded: { ...decoded, text: libmime.decodeFlowed(decoded.text, part.flowed.delSp) },
    html: false,
  };
};

const ofLeaf = (part: MailPart): Bodies => {
  const readable = part.type === 'text/plain' || part.type === 'text/html' || part.multipart !== null;
  if (!readable || part.isAttachment) return { ...NOTHING, attachments: 1 };
  const { decoded, html } = decodeLeaf(part);
  return {
    bodies: [{ kind: html ? 'html' : 'text', content: decoded.text }],
    attachments: 0,
    charset: decoded.charset,
    notes: decoded.note === null ? [] : [decoded.note],
  };
};

const has = (kind: Body['kind'] | null) => (part: Bodies) =>
  part.bodies.some((body) => (kind === null || body.kind === kind) && body.content.trim() !== '');

/**
 * The texts of a mail in reading order. Of alternatives the plain text is taken, else the HTML one; what is
 * no text, is marked as attachment, or is a mail of its own is left out and counted.
 */
export const bodiesOf = (part: MailPart): Bodies => {
  // A multipart that never shows its boundary has only a preamble, which then is the text.
  if (part.multipart === null || part.children.length === 0) return ofLeaf(part);
  const children = part.children.map(bodiesOf);
  if (part.multipart !== 'alternative') return join(children);
  const chosen = children.find(has('text')) ?? children.find(has(null)) ?? NOTHING;
  const attachments = children.reduce((sum, child) => sum + child.attachments, 0);
  return { ...chosen, attachments };
};
