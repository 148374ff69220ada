import { createWriteStream } from 'node:fs';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import picomatch from 'picomatch';
import { type FilesSource, PlumblineError, plumblineError } from '../../../contracts/index.js';
import type { Scratch } from '../archives/index.js';
import { FileFault } from '../formats/fileFault.js';
import type { RemoteFolder, RemoteFolders } from '../ports.js';
import type { FileRoot } from './fileRoot.js';

/** What the other side says of credentials that it does not accept. */
const REFUSED = new Set([
  'AccessDenied',
  'InvalidAccessKeyId',
  'SignatureDoesNotMatch',
  'AccessControlException',
  'HTTP 401',
  'HTTP 403',
]);
const MISSING = new Set(['NoSuchBucket']);

/** What a store says, as what it means for a source. */
const sourceError = (thrown: unknown, name: string): unknown => {
  if (!(thrown instanceof PlumblineError)) return thrown;
  if (thrown.code === 'OBJECT_NOT_FOUND') return new FileFault('vanished');
  if (thrown.code !== 'OBJECT_STORE_UNAVAILABLE') return thrown;
  const reason = String(thrown.details['code'] ?? thrown.details['exception'] ?? 'unknown error');
  const code = REFUSED.has(reason)
    ? 'SOURCE_REFUSED'
    : MISSING.has(reason)
      ? 'SOURCE_UNREADABLE'
      : 'SOURCE_UNREACHABLE';
  return plumblineError(code, `source ${name}: ${thrown.message}`, { details: { source: name, reason } });
};

async function* within(
  parts: AsyncIterable<Uint8Array>,
  bytesMax: number,
  signal: AbortSignal,
): AsyncGenerator<Uint8Array> {
  let read = 0;
  for await (const part of parts) {
    read += part.byteLength;
    if (read > bytesMax) throw new FileFault('file-too-large');
    signal.throwIfAborted();
    yield part;
  }
}

/** A prefix of a bucket or a folder of HDFS. Each file is copied to this machine while it is read. */
export const remoteRoot = (
  source: FilesSource,
  folders: RemoteFolders,
  scratch: Scratch,
  signal: AbortSignal,
): FileRoot => {
  const { name, root, credentials, include, exclude, fileBytesMax } = source;
  const isIncluded = picomatch(include);
  const isExcluded = picomatch(exclude, { dot: true });
  let opened: RemoteFolder | undefined;
  let keys: Promise<ReadonlySet<string>> | undefined;

  const folder = (): RemoteFolder => {
    opened ??= folders.open(root, credentials);
    return opened;
  };
  const guarded = async <T>(work: () => Promise<T>): Promise<T> => {
    try {
      return await work();
    } catch (thrown) {
      throw sourceError(thrown, name);
    }
  };
  const allKeys = (): Promise<ReadonlySet<string>> => {
    keys ??= guarded(async () => new Set(await folder().list('')));
    return keys;
  };

  return {
    list: async () => [...(await allKeys())].filter((key) => isIncluded(key) && !isExcluded(key)),
    has: async (path) => (await allKeys()).has(path),
    lend: (path, use) =>
      scratch.with(
        (copy) =>
          guarded(() =>
            pipeline(
              Readable.from(within(folder().stream(path), fileBytesMax, signal)),
              createWriteStream(copy, { flags: 'wx' }),
            ),
          ),
        use,
      ),
  };
};
