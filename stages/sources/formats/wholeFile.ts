import { createReadStream } from 'node:fs';
import { readFile, stat } from 'node:fs/promises';
import { BoundedBytes } from './boundedBytes.js';
import { type FormatReader, type FormatRecord, noField } from './format.js';

/** A file's bytes up to the limit, and the digest of all of them. */
export const gatherFile = async (file: string, bytesMax: number) => {
  const bytes = new BoundedBytes(bytesMax);
  if ((await stat(file)).size <= bytesMax) bytes.push(await readFile(file));
  else for await (const chunk of createReadStream(file) as AsyncIterable<Uint8Array>) bytes.push(chunk);
  return bytes.finish();
};

/** A format whose files are one record each; `fieldsOf` looks at its bytes and throws a FileFault if it is none. */
export const wholeFile = (
  fieldsOf: (raw: Uint8Array) => FormatRecord['field'] = () => noField,
): FormatReader =>
  async function* (file, { recordBytesMax }) {
    const gathered = await gatherFile(file, recordBytesMax);
    const { raw } = gathered;
    if (raw === null) yield { ...gathered, field: noField, fault: 'too-large' };
    else if (raw.byteLength === 0) yield { ...gathered, field: noField, fault: 'empty' };
    else yield { ...gathered, field: fieldsOf(raw), fault: null };
  };
