import { fileURLToPath } from 'node:url';
import { PlumblineError, plumblineError } from '../../contracts/index.js';
import type { SecretResolver } from '../../stages/ports.js';
import type { RemoteFolders } from '../../stages/sources/ports.js';
import { folderObjectStore } from './folder.js';
import type { Credentials, PingedObjectStore } from './pinged.js';
import { s3ObjectStore } from './s3.js';
import { webHdfsObjectStore } from './webhdfs.js';

/** A new kind of store is one file and one line here. */
const STORES: Readonly<
  Record<string, (url: string, credentials: Credentials, secrets: SecretResolver) => PingedObjectStore>
> = {
  'file:': (url) => folderObjectStore(fileURLToPath(url)),
  's3:': s3ObjectStore,
  'webhdfs:': (url) => webHdfsObjectStore(url),
};

/** The store that the scheme of a URL names; nothing is asked of it yet. @throws CONFIG_INVALID naming `variable` */
export const openObjects = (
  variable: string,
  url: string,
  credentials: Credentials,
  secrets: SecretResolver,
): PingedObjectStore => {
  const { protocol } = new URL(url);
  const open = STORES[protocol];
  if (open === undefined)
    throw plumblineError(
      'CONFIG_INVALID',
      `${variable}: no adapter serves ${protocol}; use file:///path, s3://bucket/prefix or webhdfs://host:port/path`,
      { details: { variable, protocol } },
    );
  return open(url, credentials, secrets);
};

/** The folders that sources are read from. */
export const remoteFolders = (secrets: SecretResolver): RemoteFolders => ({
  open: (url, credentials) => {
    try {
      return openObjects('root', url, credentials ?? {}, secrets);
    } catch (thrown) {
      if (!(thrown instanceof PlumblineError) || thrown.code !== 'CONFIG_INVALID') throw thrown;
      throw plumblineError('SOURCE_UNREADABLE', thrown.message, { details: thrown.details });
    }
  },
});
