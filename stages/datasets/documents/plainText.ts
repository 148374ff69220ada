import { decodeText } from '../mail/charset.js';
import type { Document } from './document.js';

/** Byte order marks (Unicode 16, 23.8). */
const MARKS = [
  ['utf-8', [0xef, 0xbb, 0xbf]],
  ['utf-16le', [0xff, 0xfe]],
  ['utf-16be', [0xfe, 0xff]],
] as const;

/** Text in the charset that its byte order mark names, else the one that it looks least odd in. */
export const readPlainText = (raw: Uint8Array): Document => {
  const mark = MARKS.find(([, bytes]) => bytes.every((byte, index) => raw[index] === byte));
  if (mark !== undefined) {
    const [charset, bytes] = mark;
    return { text: new TextDecoder(charset).decode(raw.subarray(bytes.length)), notes: [] };
  }
  const { text, note } = decodeText(raw, null);
  return { text, notes: note === null ? [] : [note] };
};
