import { createReadStream } from 'node:fs';
import { type FileHandle, open } from 'node:fs/promises';
import { Readable } from 'node:stream';
import { FileFault } from '../formats/fileFault.js';
import { type ArchiveReader, memberName } from './archive.js';
import { unpackTo } from './unpacking.js';

const BLOCK = 512;
/** Of a name that does not fit the header; PATH_MAX is 4,096. */
const LONG_NAME_BYTES_MAX = 64 * 1024;

const textAt = (block: Buffer, start: number, length: number): string =>
  block
    .subarray(start, start + length)
    .toString()
    .split('\0')[0] ?? '';

/** Octal digits, or base 256 where the first bit is set (GNU). */
const numberAt = (block: Buffer, start: number, length: number): number => {
  const field = block.subarray(start, start + length);
  if ((field[0]! & 0x80) === 0) {
    const digits = textAt(block, start, length).trim();
    return digits === '' ? 0 : /^[0-7]+$/.test(digits) ? Number.parseInt(digits, 8) : Number.NaN;
  }
  return [...field].reduce((sum, byte, index) => sum * 256 + (index === 0 ? byte & 0x7f : byte), 0);
};

/** POSIX.1-1988: the sum of the header's bytes, its own field as spaces. */
const isHeader = (block: Buffer): boolean => {
  let sum = 0;
  for (let index = 0; index < BLOCK; index += 1) sum += index >= 148 && index < 156 ? 0x20 : block[index]!;
  return sum === numberAt(block, 148, 8);
};

const nameOf = (block: Buffer): string => {
  const prefix = textAt(block, 257, 6) === 'ustar' ? textAt(block, 345, 155) : '';
  const name = textAt(block, 0, 100);
  return prefix === '' ? name : `${prefix}/${name}`;
};

/** `LENGTH KEY=VALUE\n` each (POSIX.1-2001, pax). */
const paxRecords = (bytes: Buffer): Map<string, string> => {
  const records = new Map<string, string>();
  for (let at = 0; at < bytes.byteLength; ) {
    const space = bytes.indexOf(0x20, at);
    const length = Number(bytes.subarray(at, space).toString());
    if (space < 0 || !Number.isInteger(length) || length <= 0) throw new FileFault('malformed-tar');
    const [key, ...value] = bytes
      .subarray(space + 1, at + length - 1)
      .toString()
      .split('=');
    records.set(key ?? '', value.join('='));
    at += length;
  }
  return records;
};

const readAt = async (handle: FileHandle, start: number, length: number): Promise<Buffer> => {
  const { buffer, bytesRead } = await handle.read(Buffer.alloc(length), 0, length, start);
  if (bytesRead < length) throw new FileFault('truncated');
  return buffer;
};

/** A tar archive: ustar, pax, and the long names of GNU tar. */
export const tar: ArchiveReader = async function* (file, _name, budget) {
  const handle = await open(file, 'r');
  try {
    const { size: fileBytes } = await handle.stat();
    let longName: string | null = null;
    let longSize: number | null = null;
    for (let at = 0; at < fileBytes; ) {
      const block = await readAt(handle, at, BLOCK);
      // Two empty blocks end an archive; what follows is padding.
      if (block.every((byte) => byte === 0)) return;
      const size: number = longSize ?? numberAt(block, 124, 12);
      if (!isHeader(block) || !Number.isSafeInteger(size)) throw new FileFault('malformed-tar');
      const start = at + BLOCK;
      at = start + Math.ceil(size / BLOCK) * BLOCK;
      const type = String.fromCharCode(block[156]!);
      if (type === 'x' || type === 'L') {
        if (size > LONG_NAME_BYTES_MAX) throw new FileFault('malformed-tar');
        const bytes = await readAt(handle, start, size);
        const records: ReadonlyMap<string, string> =
          type === 'x' ? paxRecords(bytes) : new Map([['path', textAt(bytes, 0, size)]]);
        longName = records.get('path') ?? longName;
        longSize = records.has('size') ? Number(records.get('size')) : longSize;
        continue;
      }
      const name = memberName(longName ?? nameOf(block));
      longName = null;
      longSize = null;
      budget.takeEntry();
      if (type !== '0' && type !== '\0' && type !== '7') continue;
      if (start + size > fileBytes) throw new FileFault('truncated');
      const bytes = () =>
        size === 0 ? Readable.from([]) : createReadStream(file, { start, end: start + size - 1 });
      yield { name, unpack: (path) => unpackTo(path, bytes(), size, budget) };
    }
  } finally {
    await handle.close();
  }
};
