import { FileFault } from './fileFault.js';
import { noField } from './format.js';
import { wholeFile } from './wholeFile.js';

/** PDF readers find the header anywhere in here (ISO 32000-1, annex H, note 13). */
const PDF_HEADER_BYTES = 1024;

const starting = (raw: Uint8Array, length: number): Buffer =>
  Buffer.from(raw.buffer, raw.byteOffset, Math.min(raw.byteLength, length));

/** Text in any charset. */
export const txt = wholeFile();

/** A page as it was saved. */
export const html = wholeFile();

/** Its text is taken out when a dataset is built. */
export const pdf = wholeFile((raw) => {
  if (!starting(raw, PDF_HEADER_BYTES).includes('%PDF-')) throw new FileFault('malformed-pdf');
  return noField;
});

/** Office Open XML, a zip archive. */
export const docx = wholeFile((raw) => {
  if (starting(raw, 4).toString('latin1') !== 'PK\x03\x04') throw new FileFault('malformed-docx');
  return noField;
});
