import { inflateSync } from 'node:zlib';
import { getDocumentProxy } from 'unpdf';
import { type DocumentReader, unpackedBytesMax } from './document.js';

const PAGES_MAX = 2000;
const CHARACTERS_MAX = 10_000_000;

const STREAM = Buffer.from('stream');
/** A stream that is compressed twice can hold a thousand times more than its outer layer shows. */
const TWICE_COMPRESSED = /\/(FlateDecode|Fl|LZWDecode|LZW)\b[\s\]]*\/(FlateDecode|Fl|LZWDecode|LZW)\b/;

/** Inflates each stream once, to know what the reader would have to hold. */
const isBomb = (file: Buffer): boolean => {
  if (TWICE_COMPRESSED.test(file.toString('latin1'))) return true;
  let left = unpackedBytesMax(file.byteLength);
  for (let at = file.indexOf(STREAM); at >= 0; at = file.indexOf(STREAM, at + STREAM.length)) {
    let start = at + STREAM.length;
    if (file[start] === 0x0d) start += 1;
    if (file[start] === 0x0a) start += 1;
    // RFC 1950: deflate with a window, and a check of the two bytes.
    if ((file[start]! & 0x0f) !== 8 || file.readUInt16BE(Math.min(start, file.length - 2)) % 31 !== 0)
      continue;
    try {
      left -= inflateSync(file.subarray(start), { maxOutputLength: left + 1 }).byteLength;
    } catch (thrown) {
      if ((thrown as { code?: unknown }).code === 'ERR_BUFFER_TOO_LARGE') return true;
    }
    if (left < 0) return true;
  }
  return false;
};

type Pdf = Awaited<ReturnType<typeof getDocumentProxy>>;

const pageText = async (pdf: Pdf, number: number): Promise<string> => {
  const page = await pdf.getPage(number);
  const { items } = await page.getTextContent();
  page.cleanup();
  return items
    .map((item) => ('str' in item ? `${item.str}${item.hasEOL ? '\n' : ''}` : ''))
    .join('')
    .trim();
};

const textOf = async (pdf: Pdf): Promise<string> => {
  const pages: string[] = [];
  let characters = 0;
  for (let number = 1; number <= pdf.numPages && characters < CHARACTERS_MAX; number += 1) {
    const text = await pageText(pdf, number);
    characters += text.length;
    if (text !== '') pages.push(text);
  }
  return pages.join('\n\n');
};

/**
 * The text of a PDF (ISO 32000-1) page by page, in the order it is drawn. Scripts in it are never run; a page that is only
 * a picture has no text.
 */
export const readPdf: DocumentReader = async (raw) => {
  if (isBomb(Buffer.from(raw.buffer, raw.byteOffset, raw.byteLength))) return { fault: 'compression-ratio' };
  // The reader takes the bytes it is given for itself.
  const options = { verbosity: 0, isEvalSupported: false, disableFontFace: true };
  let pdf: Pdf;
  try {
    pdf = await getDocumentProxy(Uint8Array.from(raw), options);
  } catch (thrown) {
    return { fault: (thrown as Error).name === 'PasswordException' ? 'encrypted' : 'unreadable' };
  }
  try {
    if (pdf.numPages > PAGES_MAX) return { fault: 'too-many-pages' };
    const text = await textOf(pdf);
    return text === '' ? { fault: 'no-text' } : { text, notes: [] };
  } catch {
    return { fault: 'unreadable' };
  } finally {
    await pdf.destroy();
  }
};
