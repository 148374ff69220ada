import { randomUUID } from 'node:crypto';
import { constants, createReadStream } from 'node:fs';
import { access, copyFile, link, mkdir, open, readdir, rename, rm, stat, unlink } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import type { ObjectStore } from '../../stages/ports.js';
import { errnoOf } from '../errno.js';
import { objectError } from './errors.js';
import { checkKey, UNFINISHED } from './key.js';
import { folderSync } from './sync.js';

/** Unfinished files older than this were left by a killed process. */
const UNFINISHED_AGE_MS_MAX = 24 * 60 * 60 * 1000;

/** Bound of the memory of folders; blobs have 256. */
const MADE_MAX = 4096;

const exists = async (path: string): Promise<boolean> => {
  try {
    return (await stat(path)).isFile();
  } catch (thrown) {
    const errno = errnoOf(thrown);
    if (errno === 'ENOENT' || errno === 'ENOTDIR') return false;
    throw thrown;
  }
};

const writeDurably = async (path: string, bytes: Uint8Array): Promise<void> => {
  const handle = await open(path, 'wx');
  try {
    await handle.writeFile(bytes);
    await handle.datasync();
  } finally {
    await handle.close();
  }
};

/** Shares the blocks where the file system can. */
const copyDurably = async (from: string, path: string): Promise<void> => {
  await copyFile(from, path, constants.COPYFILE_EXCL | constants.COPYFILE_FICLONE);
  const handle = await open(path, 'r+');
  try {
    await handle.datasync();
  } finally {
    await handle.close();
  }
};

/** @returns false when the name is taken: of any number of racing writers, link(2) lets one through. */
const linkIfAbsent = async (from: string, to: string): Promise<boolean> => {
  try {
    await link(from, to);
    return true;
  } catch (thrown) {
    if (errnoOf(thrown) === 'EEXIST') return false;
    throw thrown;
  }
};

/** Linux reads less than 2 GiB in one call. */
const READ_BYTES_MAX = 2 ** 30;

/** The bytes of a file of any size that an array can have, at the start of a buffer of their own: aligned numbers. */
const readWhole = async (path: string): Promise<Uint8Array> => {
  const handle = await open(path, 'r');
  try {
    const bytes = new Uint8Array((await handle.stat()).size);
    for (let done = 0; done < bytes.byteLength; ) {
      const length = Math.min(bytes.byteLength - done, READ_BYTES_MAX);
      const { bytesRead } = await handle.read(bytes, done, length, done);
      if (bytesRead === 0) return bytes.slice(0, done);
      done += bytesRead;
    }
    return bytes;
  } finally {
    await handle.close();
  }
};

const removeAbandoned = async (folder: string): Promise<void> => {
  for (const name of await readdir(folder)) {
    const path = join(folder, name);
    const { mtimeMs } = await stat(path).catch(() => ({ mtimeMs: Number.POSITIVE_INFINITY }));
    if (mtimeMs < Date.now() - UNFINISHED_AGE_MS_MAX) await rm(path, { force: true });
  }
};

/**
 * Objects as files under one folder of one file system. An object is written beside (`.unfinished/`), made
 * durable, then given its name by link(2) or rename(2), so a reader sees all of it or none, also after a crash.
 */
export const folderObjectStore = (root: string): ObjectStore & { ping(): Promise<void> } => {
  const unfinished = join(root, UNFINISHED);
  const syncFolder = folderSync();
  /** Folders that need not be made again. */
  const made = new Set<string>();
  let prepared: Promise<void> | undefined;

  const prepare = (): Promise<void> => {
    prepared ??= mkdir(unfinished, { recursive: true })
      .then(() => removeAbandoned(unfinished))
      .catch((thrown: unknown) => {
        prepared = undefined;
        throw thrown;
      });
    return prepared;
  };

  const makeFolder = async (folder: string): Promise<void> => {
    if (made.has(folder)) return;
    const first = await mkdir(folder, { recursive: true });
    if (made.size < MADE_MAX) made.add(folder);
    if (first === undefined) return;
    // The new folders' own names must survive a crash too.
    for (let at = dirname(folder); at.length >= dirname(first).length; at = dirname(at)) await syncFolder(at);
  };

  const pathOf = (key: string): string => join(root, ...checkKey(key).split('/'));

  const write = async (
    path: string,
    onlyIfAbsent: boolean,
    writeTo: (beside: string) => Promise<void>,
  ): Promise<boolean> => {
    await prepare();
    if (onlyIfAbsent && (await exists(path))) return false;
    const folder = dirname(path);
    await makeFolder(folder);
    const beside = join(unfinished, randomUUID());
    try {
      await writeTo(beside);
      if (onlyIfAbsent) {
        const linked = await linkIfAbsent(beside, path);
        await unlink(beside);
        if (!linked) return false;
      } else await rename(beside, path);
    } catch (thrown) {
      // Somebody may have removed the folders: the next write makes them again.
      made.delete(folder);
      prepared = undefined;
      await rm(beside, { force: true });
      throw thrown;
    }
    await syncFolder(folder);
    return true;
  };

  const walk = async (folder: string, keyPrefix: string): Promise<string[]> => {
    const entries = await readdir(folder, { withFileTypes: true }).catch((thrown: unknown) => {
      const errno = errnoOf(thrown);
      if (errno === 'ENOENT' || errno === 'ENOTDIR') return [];
      throw thrown;
    });
    const keys: string[] = [];
    for (const entry of entries) {
      const key = `${keyPrefix}${entry.name}`;
      if (entry.isFile()) keys.push(key);
      else if (entry.isDirectory() && key !== UNFINISHED)
        keys.push(...(await walk(join(folder, entry.name), `${key}/`)));
    }
    return keys;
  };

  const guarded = async <T>(
    operation: 'put' | 'get' | 'list' | 'delete',
    key: string,
    work: () => Promise<T>,
  ) => {
    try {
      return await work();
    } catch (thrown) {
      throw objectError(thrown, operation, key);
    }
  };

  const streamed = async function* (key: string): AsyncGenerator<Uint8Array> {
    try {
      yield* createReadStream(pathOf(key)) as AsyncIterable<Buffer>;
    } catch (thrown) {
      throw objectError(thrown, 'get', key);
    }
  };

  return {
    put: (key, bytes, options = {}) =>
      guarded('put', key, () =>
        write(pathOf(key), options.onlyIfAbsent ?? false, (beside) => writeDurably(beside, bytes)),
      ),
    putFile: (key, path, options = {}) =>
      guarded('put', key, () =>
        write(pathOf(key), options.onlyIfAbsent ?? false, (beside) => copyDurably(path, beside)),
      ),
    stream: streamed,
    get: (key) => guarded('get', key, () => readWhole(pathOf(key))),
    has: (key) => guarded('list', key, () => exists(pathOf(key))),
    list: (prefix) =>
      guarded('list', prefix, async () => {
        const parent = prefix.slice(0, prefix.lastIndexOf('/') + 1);
        const folder = parent === '' ? root : pathOf(parent.slice(0, -1));
        const keys = await walk(folder, parent);
        return keys.filter((key) => key.startsWith(prefix)).sort();
      }),
    delete: (key) =>
      guarded('delete', key, async () => {
        const path = pathOf(key);
        if (await exists(path)) await rm(path, { force: true });
      }),
    ping: () =>
      guarded('list', '', async () => {
        await prepare();
        await access(unfinished);
      }),
  };
};
