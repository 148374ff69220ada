import { createReadStream, createWriteStream } from 'node:fs';
import { open } from 'node:fs/promises';
import { posix } from 'node:path';
import { PassThrough, Readable, type Transform } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { crc32, createInflateRaw } from 'node:zlib';
import { plumblineError } from '../../../contracts/index.js';

const END_SIGNATURE = 0x06054b50;
const ENTRY_SIGNATURE = 0x02014b50;
const LOCAL_SIGNATURE = 0x04034b50;
const END_BYTES = 22;
const ENTRY_BYTES = 46;
const LOCAL_BYTES = 30;
const COMMENT_BYTES_MAX = 0xffff;
const DIRECTORY_BYTES_MAX = 16 * 1024 * 1024;
const STORED = 0;
const DEFLATED = 8;

export interface ZipEntry {
  readonly name: string;
  /** Bytes after decompression, as the directory states them. */
  readonly bytes: number;
  readonly compressedBytes: number;
  readonly method: number;
  readonly crc: number;
  readonly offset: number;
}

export interface ZipFile {
  readonly entries: readonly ZipEntry[];
  /**
   * Writes an entry's bytes to a file, without all of them in memory.
   * @throws BASE_MODEL_UNSUPPORTED when the entry is larger than `bytesMax` or damaged
   */
  extract(entry: ZipEntry, destination: string, bytesMax: number): Promise<void>;
  close(): Promise<void>;
}

/**
 * A zip archive (PKWARE APPNOTE 6.3.3) with stored and deflated entries, no zip64 and no encryption, which is
 * what wheels are made of. A name that leads out of the archive's folder refuses the whole archive.
 * @throws BASE_MODEL_UNSUPPORTED
 */
export const openZip = async (path: string): Promise<ZipFile> => {
  const file = await open(path, 'r');
  const readAt = async (offset: number, bytes: number): Promise<Buffer> => {
    const buffer = Buffer.alloc(bytes);
    const { bytesRead } = await file.read(buffer, 0, bytes, offset);
    if (bytesRead !== bytes) throw broken(path, 'it is truncated');
    return buffer;
  };
  try {
    const { size } = await file.stat();
    const tail = await readAt(
      Math.max(0, size - END_BYTES - COMMENT_BYTES_MAX),
      Math.min(size, END_BYTES + COMMENT_BYTES_MAX),
    );
    const entries = await readDirectory(path, tail, readAt);
    return {
      entries,
      extract: (entry, destination, bytesMax) => extractEntry({ path, entry, destination, bytesMax }, readAt),
      close: () => file.close(),
    };
  } catch (failure) {
    await file.close();
    throw failure;
  }
};

type ReadAt = (offset: number, bytes: number) => Promise<Buffer>;

const readDirectory = async (path: string, tail: Buffer, readAt: ReadAt): Promise<ZipEntry[]> => {
  const end = tail.lastIndexOf(Uint8Array.of(0x50, 0x4b, 0x05, 0x06));
  if (end < 0 || tail.length - end < END_BYTES || tail.readUInt32LE(end) !== END_SIGNATURE)
    throw broken(path, 'it has no directory');
  const count = tail.readUInt16LE(end + 10);
  const directoryBytes = tail.readUInt32LE(end + 12);
  if (directoryBytes > DIRECTORY_BYTES_MAX) throw broken(path, 'its directory is too large');
  const directory = await readAt(tail.readUInt32LE(end + 16), directoryBytes);
  const entries: ZipEntry[] = [];
  let at = 0;
  for (let index = 0; index < count; index += 1) {
    if (at + ENTRY_BYTES > directory.length || directory.readUInt32LE(at) !== ENTRY_SIGNATURE)
      throw broken(path, 'its directory is damaged');
    const nameBytes = directory.readUInt16LE(at + 28);
    const name = directory.toString('utf8', at + ENTRY_BYTES, at + ENTRY_BYTES + nameBytes);
    if (!staysInside(name)) throw broken(path, `the entry "${name}" leads out of its folder`);
    entries.push({
      name,
      method: directory.readUInt16LE(at + 10),
      crc: directory.readUInt32LE(at + 16),
      compressedBytes: directory.readUInt32LE(at + 20),
      bytes: directory.readUInt32LE(at + 24),
      offset: directory.readUInt32LE(at + 42),
    });
    at += ENTRY_BYTES + nameBytes + directory.readUInt16LE(at + 30) + directory.readUInt16LE(at + 32);
  }
  return entries;
};

const staysInside = (name: string): boolean =>
  !name.includes('\\') &&
  !name.includes('\0') &&
  !/^[A-Za-z]:/.test(name) &&
  !posix.isAbsolute(name) &&
  !name.split('/').includes('..');

interface Extraction {
  readonly path: string;
  readonly entry: ZipEntry;
  readonly destination: string;
  readonly bytesMax: number;
}

const extractEntry = async (extraction: Extraction, readAt: ReadAt): Promise<void> => {
  const { path, entry, destination, bytesMax } = extraction;
  if (entry.bytes > bytesMax || entry.compressedBytes > bytesMax)
    throw broken(path, `"${entry.name}" has ${entry.bytes} bytes; at most ${bytesMax} are read`);
  const local = await readAt(entry.offset, LOCAL_BYTES);
  if (local.readUInt32LE(0) !== LOCAL_SIGNATURE) throw broken(path, `"${entry.name}" is damaged`);
  const start = entry.offset + LOCAL_BYTES + local.readUInt16LE(26) + local.readUInt16LE(28);
  const found = { bytes: 0, crc: 0 };
  const counted = async function* (parts: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array> {
    for await (const part of parts) {
      found.bytes += part.byteLength;
      // What is packed may be far larger than the directory says.
      if (found.bytes > entry.bytes) throw wrongBytes(path, entry);
      found.crc = crc32(part, found.crc);
      yield part;
    }
  };
  const packed = packedBytes(path, start, entry.compressedBytes);
  try {
    await pipeline(
      packed,
      unpacker(path, entry),
      (parts: AsyncIterable<Buffer>) => counted(parts),
      createWriteStream(destination),
    );
  } catch (failure) {
    if (!isInflateError(failure)) throw failure;
    throw broken(path, `"${entry.name}" cannot be unpacked`, failure);
  }
  if (found.bytes !== entry.bytes || found.crc !== entry.crc) throw wrongBytes(path, entry);
};

const isInflateError = (failure: unknown): boolean =>
  String((failure as NodeJS.ErrnoException).code).startsWith('Z_');

const wrongBytes = (path: string, { name }: ZipEntry) =>
  broken(path, `"${name}" does not have the bytes its directory states`);

const packedBytes = (path: string, start: number, bytes: number): Readable =>
  bytes === 0 ? Readable.from([]) : createReadStream(path, { start, end: start + bytes - 1 });

const unpacker = (path: string, { name, method }: ZipEntry): Transform => {
  if (method === STORED) return new PassThrough();
  if (method === DEFLATED) return createInflateRaw();
  throw broken(path, `"${name}" is packed with the unknown method ${method}`);
};

const broken = (path: string, message: string, cause?: unknown) =>
  plumblineError('BASE_MODEL_UNSUPPORTED', `the archive ${posix.basename(path)} is refused: ${message}`, {
    cause,
  });
