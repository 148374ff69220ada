import { randomUUID } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { stat } from 'node:fs/promises';
import { Readable } from 'node:stream';
import { PlumblineError, plumblineError } from '../../contracts/index.js';
import { checkKey, UNFINISHED } from './key.js';
import { gatherBytes } from './parts.js';
import type { PingedObjectStore } from './pinged.js';
import { exceptionOf, type FileStatus, type WebHdfs, webHdfs } from './webhdfsCalls.js';

/** Unfinished files older than this were left by a killed process. */
const UNFINISHED_AGE_MS_MAX = 24 * 60 * 60 * 1000;

/** A part of the path is another object's name, or nothing is there. */
const ABSENT = new Set(['FileNotFoundException', 'ParentNotDirectoryException', 'AccessControlException']);
const NO_PARENT = new Set(['FileNotFoundException']);
const TAKEN = new Set(['FileAlreadyExistsException']);
const NO_SPACE = new Set([
  'DSQuotaExceededException',
  'NSQuotaExceededException',
  'QuotaByStorageTypeExceededException',
]);

type Operation = 'put' | 'get' | 'list' | 'delete';

const hdfsError = (thrown: unknown, operation: Operation, key: string): unknown => {
  if (thrown instanceof PlumblineError) return thrown;
  const exception = exceptionOf(thrown);
  const extra = { details: { operation, key, exception }, cause: thrown };
  if (NO_SPACE.has(exception))
    return plumblineError('DISK_FULL', `no space left to write object ${key}`, extra);
  if (operation === 'get' && ABSENT.has(exception))
    return plumblineError('OBJECT_NOT_FOUND', `there is no object ${key}`, extra);
  return plumblineError('OBJECT_STORE_UNAVAILABLE', `cannot ${operation} object ${key}: ${exception}`, extra);
};

const guarded = async <T>(operation: Operation, key: string, work: () => Promise<T>): Promise<T> => {
  try {
    return await work();
  } catch (thrown) {
    throw hdfsError(thrown, operation, key);
  }
};

const statusOf = async (calls: WebHdfs, path: string): Promise<FileStatus | null> => {
  try {
    return await calls.status(path);
  } catch (thrown) {
    if (ABSENT.has(exceptionOf(thrown))) return null;
    throw thrown;
  }
};

const entriesOf = async (calls: WebHdfs, path: string): Promise<readonly FileStatus[]> => {
  try {
    return await calls.list(path);
  } catch (thrown) {
    if (ABSENT.has(exceptionOf(thrown))) return [];
    throw thrown;
  }
};

interface Content {
  readonly length: number;
  readonly open: () => Readable;
}

const contentOf = (bytes: Uint8Array): Content => ({
  length: bytes.byteLength,
  open: () => Readable.from([bytes]),
});

const contentOfFile = async (path: string): Promise<Content> => {
  const { size } = await stat(path);
  // Not past the size that was told, should the file grow meanwhile.
  return {
    length: size,
    open: () => (size === 0 ? Readable.from([]) : createReadStream(path, { end: size - 1 })),
  };
};

/**
 * Objects as files of HDFS over WebHDFS (`webhdfs://user@namenode:9870/path`, `?tls=true` for HTTPS). An object is written
 * under `.unfinished/` and then renamed, which the name node does at once and, without OVERWRITE, only to a free name.
 */
export const webHdfsObjectStore = (url: string): PingedObjectStore => {
  const calls = webHdfs(url);
  let prepared: Promise<void> | undefined;

  const removeAbandoned = async (): Promise<void> => {
    for (const { name, modificationTime } of await entriesOf(calls, UNFINISHED))
      if (modificationTime < Date.now() - UNFINISHED_AGE_MS_MAX) await calls.remove(`${UNFINISHED}/${name}`);
  };

  const prepare = (): Promise<void> => {
    prepared ??= removeAbandoned().catch((thrown: unknown) => {
      prepared = undefined;
      throw thrown;
    });
    return prepared;
  };

  const isObject = async (key: string): Promise<boolean> => (await statusOf(calls, key))?.type === 'FILE';

  const moveTo = async (beside: string, key: string, overwrite: boolean): Promise<void> => {
    try {
      await calls.rename(beside, key, overwrite);
    } catch (thrown) {
      if (!NO_PARENT.has(exceptionOf(thrown))) throw thrown;
      await calls.makeFolder(key.split('/').slice(0, -1).join('/'));
      await calls.rename(beside, key, overwrite);
    }
  };

  const write = async (key: string, content: Content, onlyIfAbsent: boolean): Promise<boolean> => {
    await prepare();
    if (onlyIfAbsent && (await isObject(key))) return false;
    const beside = `${UNFINISHED}/${randomUUID()}`;
    try {
      await calls.create(beside, content.open(), content.length);
      await moveTo(beside, key, !onlyIfAbsent);
      return true;
    } catch (thrown) {
      await calls.remove(beside).catch(() => undefined);
      if (onlyIfAbsent && TAKEN.has(exceptionOf(thrown))) return false;
      throw thrown;
    }
  };

  const walk = async (folder: string): Promise<string[]> => {
    const keys: string[] = [];
    for (const { name, type } of await entriesOf(calls, folder)) {
      const key = folder === '' ? name : `${folder}/${name}`;
      if (type === 'FILE') keys.push(key);
      else if (type === 'DIRECTORY' && key !== UNFINISHED) keys.push(...(await walk(key)));
    }
    return keys;
  };

  async function* stream(key: string): AsyncGenerator<Uint8Array> {
    checkKey(key);
    try {
      yield* await calls.open(key);
    } catch (thrown) {
      throw hdfsError(thrown, 'get', key);
    }
  }

  return {
    put: async (key, bytes, { onlyIfAbsent = false } = {}) => {
      checkKey(key);
      return guarded('put', key, () => write(key, contentOf(bytes), onlyIfAbsent));
    },
    putFile: async (key, path, { onlyIfAbsent = false } = {}) => {
      checkKey(key);
      return guarded('put', key, async () => write(key, await contentOfFile(path), onlyIfAbsent));
    },
    stream,
    get: (key) => gatherBytes(stream(key)),
    has: async (key) => {
      checkKey(key);
      return guarded('list', key, () => isObject(key));
    },
    list: (prefix) =>
      guarded('list', prefix, async () => {
        const keys = await walk(prefix.split('/').slice(0, -1).join('/'));
        return keys.filter((key) => key.startsWith(prefix)).sort();
      }),
    delete: async (key) => {
      checkKey(key);
      await guarded('delete', key, async () => {
        if (await isObject(key)) await calls.remove(key);
      });
    },
    ping: () =>
      guarded('list', '', async () => {
        await statusOf(calls, '');
      }),
  };
};
