import libqp from 'libqp';
import { decodeText } from './charset.js';

const WORD = /=\?([\w.:-]+)(?:\*[\w-]*)?\?([bq])\?([^?]*)\?=/gi;
/** White space between two encoded words is not part of the text (RFC 2047, 6.2). */
const BETWEEN = /(=\?[\w.:*-]+\?[bq]\?[^?]*\?=)[ \t\r\n]+(?==\?[\w.:*-]+\?[bq]\?[^?]*\?=)/gi;

const bytesOf = (encoding: string, text: string): Buffer =>
  encoding.toLowerCase() === 'b' ? Buffer.from(text, 'base64') : libqp.decode(text.replaceAll('_', ' '));

/**
 * Decodes the encoded words of a header (RFC 2047). Neighbours of one charset are joined before they are
 * decoded, since some writers cut a multi-byte character in two.
 */
export const decodeWords = (header: string): string => {
  let joined = '';
  let waiting: { charset: string; bytes: Buffer[] } | null = null;
  let end = 0;
  const flush = () => {
    if (waiting !== null) joined += decodeText(Buffer.concat(waiting.bytes), waiting.charset).text;
    waiting = null;
  };
  const text = header.replace(BETWEEN, '$1');
  for (const match of text.matchAll(WORD)) {
    const [whole, charset = '', encoding = '', encoded = ''] = match;
    const bytes = bytesOf(encoding, encoded);
    const adjacent = waiting !== null && match.index === end;
    if (adjacent && waiting !== null && waiting.charset === charset.toLowerCase()) waiting.bytes.push(bytes);
    else {
      flush();
      joined += text.slice(end, match.index);
      waiting = { charset: charset.toLowerCase(), bytes: [bytes] };
    }
    end = match.index + whole.length;
  }
  flush();
  return joined + text.slice(end);
};
