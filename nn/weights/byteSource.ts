import { closeSync, constants, fstatSync, lstatSync, openSync, readSync, realpathSync } from 'node:fs';
import { isAbsolute, join } from 'node:path';
import { NnError } from '../errors.js';

/** Bytes that can be read in parts, so that a checkpoint larger than any array is read one tensor at a time. */
export interface ByteSource {
  readonly size: number;
  /**
   * `length` bytes from `offset`: a view where the bytes are in memory, else an array of exactly that size, so that
   * each tensor can be freed alone. Throws WEIGHTS_CORRUPT where the source ends before.
   */
  read(offset: number, length: number): Uint8Array;
}

export function memorySource(bytes: Uint8Array): ByteSource {
  return {
    size: bytes.length,
    read(offset, length) {
      requireInside(offset, length, bytes.length);
      return bytes.subarray(offset, offset + length);
    },
  };
}

/**
 * Calls `use` with a file of `folder`, which is open as long as `use` runs. Reads block the thread, as all computing
 * here does.
 *
 * The file must lie in that folder itself: no absolute path, no `..`, no link on the way below the folder, no second
 * hard link, so that a model from a stranger cannot show what else is on this machine. Throws WEIGHTS_CORRUPT.
 */
export function withFileOf<T>(folder: string, name: string, use: (source: ByteSource) => T): T {
  const descriptor = openInside(folder, name);
  try {
    const { size } = fstatSync(descriptor);
    return use({
      size,
      read(offset, length) {
        requireInside(offset, length, size);
        return readFully(descriptor, name, offset, length);
      },
    });
  } finally {
    closeSync(descriptor);
  }
}

/** Throws WEIGHTS_CORRUPT for a name that could mean a file outside the folder it is looked up in. */
export function requireInnerName(name: string): void {
  const parts = name.split(/[/\\]/);
  if (isAbsolute(name) || name.includes('\0') || parts.some((part) => ['', '.', '..'].includes(part))) {
    throw refused(name, 'is not a plain path inside the folder of the model');
  }
}

function openInside(folder: string, name: string): number {
  requireInnerName(name);
  const root = resolved(folder, '.');
  const path = join(root, name);
  if (resolved(root, name) !== path) throw refused(name, 'is a link; put the file itself into the folder');
  // Checked on the path so that opening a device has no effect, and again on what was opened.
  const before = lstatSync(path);
  if (!before.isFile()) throw refused(name, 'is not a file');
  const descriptor = opened(name, path);
  const found = fstatSync(descriptor);
  if (found.isFile() && found.ino === before.ino && found.dev === before.dev && found.nlink === 1) {
    return descriptor;
  }
  closeSync(descriptor);
  throw refused(name, found.nlink > 1 ? 'has a second hard link; copy it' : 'was exchanged while opened');
}

function opened(name: string, path: string): number {
  try {
    return openSync(path, constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK);
  } catch (cause) {
    throw refused(name, `cannot be opened (${(cause as NodeJS.ErrnoException).code})`, cause);
  }
}

function resolved(folder: string, name: string): string {
  try {
    return realpathSync(join(folder, name));
  } catch (cause) {
    throw new NnError('WEIGHTS_CORRUPT', `${JSON.stringify(name)} of the model cannot be found`, { cause });
  }
}

/** Linux reads at most 2 GiB less a page in one call. */
const CALL_BYTES_MAX = 2 ** 30;

function readFully(descriptor: number, name: string, offset: number, length: number): Uint8Array {
  const bytes = allocated(length);
  for (let done = 0; done < length; ) {
    const read = readSync(descriptor, bytes, done, Math.min(length - done, CALL_BYTES_MAX), offset + done);
    if (read === 0) throw refused(name, `ends after ${offset + done} bytes, it was cut while it was read`);
    done += read;
  }
  return bytes;
}

function allocated(length: number): Uint8Array {
  try {
    return new Uint8Array(length);
  } catch (cause) {
    const found = `a tensor of ${length} bytes is larger than an array can be here`;
    throw new NnError('BASE_MODEL_UNSUPPORTED', found, { cause });
  }
}

function requireInside(offset: number, length: number, size: number): void {
  if (!Number.isSafeInteger(offset) || !Number.isSafeInteger(length) || offset < 0 || length < 0) {
    throw new NnError('WEIGHTS_CORRUPT', `no file has ${length} bytes at ${offset}`);
  }
  if (offset + length > size) {
    throw new NnError(
      'WEIGHTS_CORRUPT',
      `the file ends after ${size} bytes, ${length} at ${offset} are needed; it was cut, fetch it again`,
    );
  }
}

function refused(name: string, found: string, cause?: unknown): NnError {
  return new NnError('WEIGHTS_CORRUPT', `file ${JSON.stringify(name)} of the model ${found}`, { cause });
}
