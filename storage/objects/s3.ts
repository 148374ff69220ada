import { open } from 'node:fs/promises';
import { Client } from 'minio';
import { PlumblineError, plumblineError } from '../../contracts/index.js';
import type { ObjectStore, SecretResolver } from '../../stages/ports.js';
import { errnoOf } from '../errno.js';
import { checkKey } from './key.js';
import { gatherBytes } from './parts.js';
import type { Credentials, PingedObjectStore } from './pinged.js';
import { listNames } from './s3List.js';
import { type S3Place, s3Place } from './s3Place.js';
import { uploadParts } from './s3Upload.js';

/** Objects and files larger than this go up in parts (S3 allows 5 GiB in one). */
const SINGLE_PUT_BYTES_MAX = 64 * 2 ** 20;
/** S3 answers 409 while another conditional write of the same key is under way. */
const CONFLICT_TRIES_MAX = 20;

const ABSENT = new Set(['NoSuchKey', 'NotFound']);
const TAKEN = new Set(['PreconditionFailed']);
const CONFLICT = new Set(['ConditionalRequestConflict', 'OperationAborted']);
const NO_SPACE = new Set(['QuotaExceeded', 'XMinioStorageFull', 'InsufficientStorage']);

type Operation = 'put' | 'get' | 'list' | 'delete';

/** The answer itself is not passed on: of a refused signature it repeats the access key. */
const s3Error = (thrown: unknown, operation: Operation, key: string): unknown => {
  const code = errnoOf(thrown) ?? 'unknown error';
  if (thrown instanceof PlumblineError) return thrown;
  const details = { operation, key, code };
  if (NO_SPACE.has(code))
    return plumblineError('DISK_FULL', `no space left to write object ${key}`, { details });
  if (operation === 'get' && ABSENT.has(code))
    return plumblineError('OBJECT_NOT_FOUND', `there is no object ${key}`, { details });
  return plumblineError('OBJECT_STORE_UNAVAILABLE', `cannot ${operation} object ${key}: ${code}`, {
    details,
  });
};

const guarded = async <T>(operation: Operation, key: string, work: () => Promise<T>): Promise<T> => {
  try {
    return await work();
  } catch (thrown) {
    throw s3Error(thrown, operation, key);
  }
};

/** @returns false where the condition of a write did not hold. */
const conditional = async (write: () => Promise<unknown>, onlyIfAbsent: boolean): Promise<boolean> => {
  for (let tries = 1; ; tries += 1) {
    try {
      await write();
      return true;
    } catch (thrown) {
      const code = errnoOf(thrown) ?? '';
      if (onlyIfAbsent && TAKEN.has(code)) return false;
      if (!CONFLICT.has(code) || tries === CONFLICT_TRIES_MAX) throw thrown;
      await new Promise((resume) => setTimeout(resume, 10 * tries));
    }
  }
};

/** Makes clients with the credentials as they are at the moment of use, and a new one when they were rotated. */
const clients = ({ endpoint, region }: S3Place, credentials: Credentials, secrets: SecretResolver) => {
  let known: { readonly accessKey: string; readonly secretKey: string; readonly client: Client } | undefined;
  const resolve = async (reference: string | undefined) =>
    reference === undefined ? '' : secrets.resolve(reference);
  return async (): Promise<Client> => {
    const accessKey = await resolve(credentials.accessKey);
    const secretKey = await resolve(credentials.secretKey);
    if (known?.accessKey !== accessKey || known.secretKey !== secretKey) {
      const { hostname, port, protocol } = new URL(endpoint);
      const client = new Client({
        endPoint: hostname.replace(/^\[|\]$/g, ''),
        ...(port !== '' && { port: Number(port) }),
        useSSL: protocol === 'https:',
        region,
        pathStyle: true,
        ...(accessKey !== '' && { accessKey, secretKey }),
        // Whoever asked tries again; a conditional write repeated unseen would meet its own object.
        retryOptions: { disableRetry: true },
      });
      known = { accessKey, secretKey, client };
    }
    return known.client;
  };
};

/**
 * Objects of a bucket over the S3 protocol, path style. Conditional writes are `If-None-Match: *` (RFC 9110, 13.1.2), which
 * the server checks when a write is complete, that of an upload in parts too.
 */
export const s3ObjectStore = (
  url: string,
  credentials: Credentials,
  secrets: SecretResolver,
): PingedObjectStore => {
  const place = s3Place(url);
  const { bucket, prefix } = place;
  const clientOf = clients(place, credentials, secrets);
  const nameOf = (key: string): string => `${prefix}${checkKey(key)}`;
  const condition = (onlyIfAbsent: boolean): Record<string, string> =>
    onlyIfAbsent ? { 'If-None-Match': '*' } : {};

  const putBytes = async (name: string, bytes: Uint8Array, onlyIfAbsent: boolean): Promise<boolean> => {
    const client = await clientOf();
    const body = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    return conditional(
      () => client.putObject(bucket, name, body, body.byteLength, condition(onlyIfAbsent)),
      onlyIfAbsent,
    );
  };

  const has = async (name: string): Promise<boolean> => {
    try {
      await (await clientOf()).statObject(bucket, name);
      return true;
    } catch (thrown) {
      if (ABSENT.has(errnoOf(thrown) ?? '')) return false;
      throw thrown;
    }
  };

  const putFile: ObjectStore['putFile'] = async (key, path, { onlyIfAbsent = false } = {}) => {
    const name = nameOf(key);
    return guarded('put', key, async () => {
      const file = await open(path, 'r');
      try {
        const { size } = await file.stat();
        if (size <= SINGLE_PUT_BYTES_MAX) return await putBytes(name, await file.readFile(), onlyIfAbsent);
        // Saves the upload; the condition itself is checked again when it is complete.
        if (onlyIfAbsent && (await has(name))) return false;
        const client = await clientOf();
        const target = { bucketName: bucket, objectName: name, headers: condition(onlyIfAbsent) };
        return await conditional(() => uploadParts(client, target, file, size), onlyIfAbsent);
      } finally {
        await file.close();
      }
    });
  };

  async function* stream(key: string): AsyncGenerator<Uint8Array> {
    const name = nameOf(key);
    try {
      yield* (await (await clientOf()).getObject(bucket, name)) as AsyncIterable<Buffer>;
    } catch (thrown) {
      throw s3Error(thrown, 'get', key);
    }
  }

  const keysFrom = async (start: string): Promise<string[]> => {
    const keys: string[] = [];
    const client = await clientOf();
    for await (const name of listNames(client, bucket, start))
      if (!name.endsWith('/')) keys.push(name.slice(prefix.length));
    return keys.sort();
  };

  return {
    put: async (key, bytes, { onlyIfAbsent = false } = {}) => {
      const name = nameOf(key);
      return guarded('put', key, () => putBytes(name, bytes, onlyIfAbsent));
    },
    putFile,
    stream,
    get: (key) => gatherBytes(stream(key)),
    has: async (key) => {
      const name = nameOf(key);
      return guarded('list', key, () => has(name));
    },
    list: (start) => guarded('list', start, () => keysFrom(`${prefix}${start}`)),
    delete: async (key) => {
      const name = nameOf(key);
      await guarded('delete', key, async () => (await clientOf()).removeObject(bucket, name));
    },
    ping: () =>
      guarded('list', '', async () => {
        for await (const _name of listNames(await clientOf(), bucket, prefix, 1)) break;
      }),
  };
};
