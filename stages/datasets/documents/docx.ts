import mammoth from 'mammoth';
import { fromBufferPromise } from 'yauzl';
import { type DocumentReader, unpackedBytesMax } from './document.js';

const MEMBERS_MAX = 10_000;

type Check = 'fine' | 'compression-ratio' | 'unreadable';

/** Unpacks all members without keeping them: their declared sizes may lie, and the reader believes them. */
const check = async (file: Buffer): Promise<Check> => {
  let [members, bytes] = [0, 0];
  const archive = await fromBufferPromise(file, { validateEntrySizes: true });
  for await (const entry of archive.eachEntry()) {
    members += 1;
    if (members > MEMBERS_MAX) return 'compression-ratio';
    if (entry.isEncrypted()) return 'unreadable';
    for await (const chunk of (await archive.openReadStreamPromise(entry)) as AsyncIterable<Buffer>) {
      bytes += chunk.byteLength;
      if (bytes > unpackedBytesMax(file.byteLength)) return 'compression-ratio';
    }
  }
  return 'fine';
};

/** The paragraphs of an Office Open XML document (ECMA-376), without its styles. External entities are never fetched. */
export const readDocx: DocumentReader = async (raw) => {
  const buffer = Buffer.from(raw.buffer, raw.byteOffset, raw.byteLength);
  try {
    const found = await check(buffer);
    if (found !== 'fine') return { fault: found };
    const { value } = await mammoth.extractRawText({ buffer });
    const text = value.replace(/\n{3,}/g, '\n\n').trim();
    return text === '' ? { fault: 'no-text' } : { text, notes: [] };
  } catch {
    return { fault: 'unreadable' };
  }
};
