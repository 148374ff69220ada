import { once } from 'node:events';
import { type IncomingMessage, request as requestHttp } from 'node:http';
import { request as requestHttps } from 'node:https';
import type { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { z } from 'zod';
import { plumblineError } from '../../contracts/index.js';

/** Of calls that carry no file: the name node answers from memory. */
const CALL_TIMEOUT_MS = 60_000;

const FileStatus = z.object({
  /** Empty for the file that was asked for. */
  pathSuffix: z.string(),
  type: z.enum(['FILE', 'DIRECTORY', 'SYMLINK']),
  modificationTime: z.number(),
});
const Status = z.object({ FileStatus });
const Statuses = z.object({ FileStatuses: z.object({ FileStatus: z.array(FileStatus) }) });
const Remote = z.object({ RemoteException: z.object({ exception: z.string(), message: z.string() }) });

export interface FileStatus {
  readonly name: string;
  readonly type: 'FILE' | 'DIRECTORY' | 'SYMLINK';
  /** Milliseconds since 1970. */
  readonly modificationTime: number;
}

/** A Java exception of the other side by its simple name, an errno, or `HTTP 503`. */
class WebHdfsError extends Error {
  override readonly name = 'WebHdfsError';

  constructor(
    readonly exception: string,
    message: string,
    options?: ErrorOptions,
  ) {
    super(message, options);
  }
}

export const exceptionOf = (thrown: unknown): string => {
  const exception: unknown = Reflect.get(thrown as object, 'exception');
  return typeof exception === 'string' ? exception : 'unknown error';
};

export interface WebHdfs {
  status(path: string): Promise<FileStatus>;
  list(path: string): Promise<readonly FileStatus[]>;
  makeFolder(path: string): Promise<void>;
  create(path: string, body: Readable, length: number): Promise<void>;
  open(path: string): Promise<AsyncIterable<Uint8Array>>;
  /** Without `overwrite` a file of that name makes it fail with FileAlreadyExistsException. */
  rename(from: string, to: string, overwrite: boolean): Promise<void>;
  remove(path: string): Promise<void>;
}

const unreached = (cause: unknown): WebHdfsError => {
  const code: unknown = Reflect.get(cause as object, 'code') ?? Reflect.get(cause as object, 'name');
  return new WebHdfsError(String(code), 'the server cannot be reached', { cause });
};

const ask = async (url: string | URL, init: RequestInit): Promise<Response> => {
  try {
    return await fetch(url, { redirect: 'manual', ...init });
  } catch (thrown) {
    throw unreached(Reflect.get(thrown as object, 'cause') ?? thrown);
  }
};

const failureOf = (status: number, body: string): WebHdfsError => {
  try {
    const { exception, message } = Remote.parse(JSON.parse(body)).RemoteException;
    return new WebHdfsError(exception, message.split('\n')[0] ?? '');
  } catch {
    return new WebHdfsError(`HTTP ${status}`, `the server answered ${status}`);
  }
};

const failure = async (answer: Response): Promise<WebHdfsError> =>
  failureOf(answer.status, await answer.text().catch(() => ''));

/** Not by fetch: data nodes send `100 Continue` unasked, which Node's fetch takes for a broken answer. */
const send = async (address: string, body: Readable, length: number): Promise<void> => {
  const open = address.startsWith('https:') ? requestHttps : requestHttp;
  const headers = { 'content-type': 'application/octet-stream', 'content-length': length };
  const outgoing = open(address, { method: 'PUT', headers });
  let answer: IncomingMessage;
  try {
    const answered = once(outgoing, 'response') as Promise<[IncomingMessage]>;
    const [[first]] = await Promise.all([answered, pipeline(body, outgoing)]);
    answer = first;
  } catch (thrown) {
    throw unreached(thrown);
  }
  let text = '';
  for await (const chunk of answer) text += String(chunk);
  if (answer.statusCode !== 201) throw failureOf(answer.statusCode ?? 0, text);
};

/**
 * The WebHDFS REST API, version 1 (Hadoop documentation, "WebHDFS REST API"): the name node is asked, and for the bytes
 * of files sends on to a data node.
 * @throws CONFIG_INVALID for a URL that it cannot use
 */
export const webHdfs = (text: string): WebHdfs => {
  const place = new URL(text);
  if (place.password !== '')
    throw plumblineError(
      'CONFIG_INVALID',
      'webhdfs URL: a password in the URL is not used; give the user only',
    );
  if (place.hostname === '')
    throw plumblineError('CONFIG_INVALID', 'webhdfs URL: use webhdfs://user@namenode:9870/path');
  const user = decodeURIComponent(place.username);
  const root = place.pathname.replace(/\/+$/, '');
  const origin = `${place.searchParams.get('tls') === 'true' ? 'https' : 'http'}://${place.host}`;

  const addressOf = (path: string, op: string, parameters: Readonly<Record<string, string>> = {}): URL => {
    const segments = path === '' ? '' : `/${path.split('/').map(encodeURIComponent).join('/')}`;
    const address = new URL(`${origin}/webhdfs/v1${root}${segments}`);
    for (const [name, value] of Object.entries({
      op,
      ...(user !== '' && { 'user.name': user }),
      ...parameters,
    }))
      address.searchParams.set(name, value);
    return address;
  };

  const call = async (method: string, address: URL): Promise<unknown> => {
    const answer = await ask(address, { method, signal: AbortSignal.timeout(CALL_TIMEOUT_MS) });
    if (!answer.ok) throw await failure(answer);
    const body = await answer.text();
    return body === '' ? null : JSON.parse(body);
  };

  /** Where the name node sends the bytes. */
  const dataNodeOf = async (method: string, address: URL): Promise<string> => {
    const answer = await ask(address, { method, signal: AbortSignal.timeout(CALL_TIMEOUT_MS) });
    const location = answer.headers.get('location');
    if (answer.status !== 307 || location === null) throw await failure(answer);
    await answer.body?.cancel();
    return new URL(location, address).href;
  };

  const toStatus = ({
    pathSuffix: name,
    type,
    modificationTime,
  }: z.infer<typeof FileStatus>): FileStatus => ({
    name,
    type,
    modificationTime,
  });

  return {
    status: async (path) =>
      toStatus(Status.parse(await call('GET', addressOf(path, 'GETFILESTATUS'))).FileStatus),
    list: async (path) =>
      Statuses.parse(await call('GET', addressOf(path, 'LISTSTATUS'))).FileStatuses.FileStatus.map(toStatus),
    makeFolder: async (path) => {
      await call('PUT', addressOf(path, 'MKDIRS'));
    },
    create: async (path, body, length) => {
      const target = await dataNodeOf('PUT', addressOf(path, 'CREATE', { overwrite: 'true' }));
      await send(target, body, length);
    },
    open: async (path) => {
      const target = await dataNodeOf('GET', addressOf(path, 'OPEN'));
      const answer = await ask(target, { method: 'GET' });
      if (!answer.ok || answer.body === null) throw await failure(answer);
      return answer.body as unknown as AsyncIterable<Uint8Array>;
    },
    rename: async (from, to, overwrite) => {
      const parameters = {
        destination: `${decodeURIComponent(root)}/${to}`,
        renameoptions: overwrite ? 'OVERWRITE' : 'NONE',
      };
      await call('PUT', addressOf(from, 'RENAME', parameters));
    },
    remove: async (path) => {
      await call('DELETE', addressOf(path, 'DELETE', { recursive: 'false' }));
    },
  };
};
