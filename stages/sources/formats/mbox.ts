import { BoundedBytes } from './boundedBytes.js';
import { type FormatReader, type FormatRecord, noField } from './format.js';
import { readLines } from './lines.js';
import { mailHeader } from './mailHeader.js';

const startsWith = (bytes: Uint8Array, text: string, from = 0): boolean => {
  for (let index = 0; index < text.length; index += 1)
    if (bytes[from + index] !== text.charCodeAt(index)) return false;
  return true;
};

const isQuotedFrom = (bytes: Uint8Array): boolean => {
  let quotes = 0;
  while (bytes[quotes] === 0x3e) quotes += 1;
  return quotes > 0 && startsWith(bytes, 'From ', quotes);
};

const isBlank = (bytes: Uint8Array): boolean => bytes[0] === 0x0a || (bytes[0] === 0x0d && bytes[1] === 0x0a);

const toRecord = (gathered: BoundedBytes): FormatRecord => {
  const mail = gathered.finish();
  const { raw } = mail;
  if (raw === null) return { ...mail, field: noField, fault: 'too-large' };
  if (raw.byteLength === 0) return { ...mail, field: noField, fault: 'empty' };
  return { ...mail, field: (name) => mailHeader(raw, name), fault: null };
};

/**
 * Many mails in a file (RFC 4155; quoting as in mboxrd): each begins after a line `From …` that stands at the
 * start of the file or after an empty line; `>From` is unquoted by one `>`; the empty line that ends a mail
 * is not part of it. A `From ` inside a paragraph is text, since not every writer quotes it.
 */
export const mbox: FormatReader = async function* (file, { recordBytesMax }) {
  let mail: BoundedBytes | null = null;
  let blank: Uint8Array | null = null;
  let afterBlank = true;
  let inSeparator = false;
  for await (const { bytes, begins, ends } of readLines(file)) {
    if (begins && afterBlank && startsWith(bytes, 'From ')) {
      if (mail !== null) yield toRecord(mail);
      mail = new BoundedBytes(recordBytesMax);
      blank = null;
      inSeparator = !ends;
      afterBlank = false;
      continue;
    }
    if (inSeparator) {
      inSeparator = !ends;
      continue;
    }
    if (mail === null) {
      if (isBlank(bytes)) continue;
      throw new Error('an mbox file begins with a line "From …"');
    }
    if (blank !== null) mail.push(blank);
    blank = null;
    afterBlank = begins && isBlank(bytes);
    if (afterBlank) blank = bytes;
    else mail.push(begins && isQuotedFrom(bytes) ? bytes.subarray(1) : bytes);
  }
  if (mail !== null) yield toRecord(mail);
};
