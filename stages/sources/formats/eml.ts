import { createReadStream } from 'node:fs';
import { readFile, stat } from 'node:fs/promises';
import { BoundedBytes } from './boundedBytes.js';
import { type FormatReader, noField } from './format.js';
import { mailHeader } from './mailHeader.js';

const gather = async (file: string, bytesMax: number) => {
  const bytes = new BoundedBytes(bytesMax);
  if ((await stat(file)).size <= bytesMax) bytes.push(await readFile(file));
  else for await (const chunk of createReadStream(file) as AsyncIterable<Uint8Array>) bytes.push(chunk);
  return bytes.finish();
};

/** One RFC 822 mail a file. */
export const eml: FormatReader = async function* (file, { recordBytesMax }) {
  const mail = await gather(file, recordBytesMax);
  const { raw } = mail;
  if (raw === null) yield { ...mail, field: noField, fault: 'too-large' };
  else if (raw.byteLength === 0) yield { ...mail, field: noField, fault: 'empty' };
  else yield { ...mail, field: (name) => mailHeader(raw, name), fault: null };
};
