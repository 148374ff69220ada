import { createWriteStream } from 'node:fs';
import { readFile, rename, rm, stat, writeFile } from 'node:fs/promises';
import { finished, pipeline } from 'node:stream/promises';
import { setTimeout as sleep } from 'node:timers/promises';
import { plumblineError } from '../../../contracts/index.js';
import { fileDigest } from '../../digest.js';
import { throwIfCancelled } from '../../pace.js';

const REDIRECTS_MAX = 10;
const ATTEMPTS_MAX = 5;
const FIRST_WAIT_MS = 250;
/** A connection that brings nothing for this long is given up and taken up again where it stood. */
const SILENCE_MS = 60_000;

export interface DownloadRequest {
  readonly url: string;
  /** What is fetched, for messages. */
  readonly what: string;
  readonly destination: string;
  readonly bytesMax: number;
  /** Sent to the origin of `url` only, never along a redirect to another one. */
  readonly token: string | undefined;
  readonly signal: AbortSignal;
  readonly onProgress?: (bytes: number, total: number | null) => void;
}

/** A failure that the same request may not meet again. */
class TransientFailure extends Error {}

export interface Downloaded {
  /** The commit of a model repository that the file is of, when the server says so (`X-Repo-Commit`). */
  readonly commit: string | null;
}

/**
 * Fetches a file over HTTP. Server errors and broken connections are retried, going on from the bytes that came (RFC
 * 9110, Range with If-Range) when the server says the file is unchanged; so does a later call after the process died:
 * beside the destination, `.part` holds the bytes and `.etag` the version. A whole file there is asked for only if it
 * changed. Where the server names the SHA-256 (`X-Linked-ETag`), the bytes must have it.
 * @throws BASE_MODEL_FORBIDDEN (401, 403), BASE_MODEL_NOT_FOUND (404, 410), BASE_MODEL_UNSUPPORTED (too large),
 *   BASE_MODEL_UNAVAILABLE (anything else), CANCELLED
 */
export const download = async (request: DownloadRequest): Promise<Downloaded> => {
  for (let attempt = 1; ; attempt += 1) {
    throwIfCancelled(request.signal);
    try {
      const opened = await openFollowing(request, await conditions(request.destination));
      if (opened.response.status !== 304) await receive(request, opened);
      return { commit: opened.commit };
    } catch (failure) {
      throwIfCancelled(request.signal);
      if (!(failure instanceof TransientFailure)) throw failure;
      if (attempt === ATTEMPTS_MAX)
        throw plumblineError(
          'BASE_MODEL_UNAVAILABLE',
          `${request.what} could not be fetched from ${new URL(request.url).origin}: ${failure.message}`,
          { cause: failure.cause },
        );
      // An abort ends the wait; the check at the head of the loop then speaks.
      await sleep(FIRST_WAIT_MS * 2 ** (attempt - 1), undefined, { signal: request.signal }).catch(() => {});
    }
  }
};

/** Beside a file that is being fetched: its bytes so far, and their version. */
const PART = '.part';
const ENTITY_TAG = '.etag';

const sizeOf = (path: string): Promise<number | null> =>
  stat(path).then(
    ({ size }) => size,
    () => null,
  );

/** Asks for no more than what is missing of the version that is there. */
const conditions = async (destination: string): Promise<Record<string, string>> => {
  const tag = await readFile(destination + ENTITY_TAG, 'utf8').catch(() => null);
  if (tag === null) return {};
  if ((await sizeOf(destination)) !== null) return { 'if-none-match': tag };
  const bytes = await sizeOf(destination + PART);
  return bytes === null || bytes === 0 ? {} : { range: `bytes=${bytes}-`, 'if-range': tag };
};

interface Opened extends Downloaded {
  readonly response: Response;
  /** What the bytes must have, when the server says so. */
  readonly sha256: string | null;
}

const openFollowing = async (
  request: DownloadRequest,
  headers: Readonly<Record<string, string>>,
): Promise<Opened> => {
  const first = new URL(request.url);
  let url = first;
  const said = { commit: null as string | null, sha256: null as string | null };
  for (let redirects = 0; redirects <= REDIRECTS_MAX; redirects += 1) {
    const trusted = url.origin === first.origin && request.token !== undefined;
    const response = await fetch(url, {
      redirect: 'manual',
      signal: request.signal,
      headers: {
        // Content coding would make the length and the range those of the coded bytes.
        'accept-encoding': 'identity',
        ...headers,
        ...(trusted ? { authorization: `Bearer ${request.token}` } : {}),
      },
    }).catch((cause: unknown) => {
      throw new TransientFailure('the server cannot be reached', { cause });
    });
    // Only the server that was asked knows; a redirect leads to mere storage.
    said.commit ??= matched(response, 'x-repo-commit', /^([0-9a-f]{40})$/);
    said.sha256 ??= matched(response, 'x-linked-etag', /^"?([0-9a-f]{64})"?$/);
    const isRedirect = response.status >= 300 && response.status <= 399 && response.status !== 304;
    if (!isRedirect) return { response: await checked(request, response), ...said };
    await response.body?.cancel();
    const location = response.headers.get('location');
    if (location === null) throw unavailable(request, `HTTP ${response.status} without a location`);
    const next = new URL(location, url);
    if (next.protocol !== 'https:' && next.protocol !== first.protocol)
      throw unavailable(request, `a redirect to ${next.protocol} is not followed`);
    url = next;
  }
  throw unavailable(request, `more than ${REDIRECTS_MAX} redirects`);
};

const matched = (response: Response, header: string, pattern: RegExp): string | null =>
  pattern.exec(response.headers.get(header) ?? '')?.[1] ?? null;

const checked = async (request: DownloadRequest, response: Response): Promise<Response> => {
  const { status } = response;
  if (status === 200 || status === 206 || status === 304) return response;
  await response.body?.cancel();
  if (status === 416) await rm(request.destination + PART, { force: true });
  if (status === 401 || status === 403)
    throw plumblineError(
      'BASE_MODEL_FORBIDDEN',
      `${request.what}: HTTP ${status}; it is private, gated or does not exist` +
        (request.token === undefined ? ', and no token was sent' : ' for this token'),
      { details: { status } },
    );
  if (status === 404 || status === 410)
    throw plumblineError('BASE_MODEL_NOT_FOUND', `${request.what}: HTTP ${status}; there is no such file`, {
      details: { status },
    });
  if (status >= 500 || status === 429 || status === 408 || status === 416)
    throw new TransientFailure(`HTTP ${status}`);
  throw unavailable(request, `HTTP ${status}`);
};

const receive = async (request: DownloadRequest, { response, sha256 }: Opened): Promise<void> => {
  const { destination } = request;
  const part = destination + PART;
  const length = Number(response.headers.get('content-length') ?? Number.NaN);
  const start = response.status === 206 ? rangeStart(response) : 0;
  const total = Number.isNaN(length) ? null : start + length;
  if (total !== null && total > request.bytesMax) {
    await response.body?.cancel();
    throw tooLarge(request, total);
  }
  if (start === 0) await forget(destination);
  else if (start !== (await sizeOf(part))) {
    await response.body?.cancel();
    await forget(destination);
    throw new TransientFailure(`the server went on at byte ${start}, which was not asked for`);
  }
  await keepEntityTag(destination, response.headers.get('etag'));
  const file = createWriteStream(part, start === 0 ? { flags: 'w' } : { flags: 'r+', start });
  let bytes = start;
  const counted = async function* (chunks: AsyncIterable<Uint8Array>) {
    for await (const chunk of chunks) {
      bytes += chunk.byteLength;
      if (bytes > request.bytesMax) throw tooLarge(request, bytes);
      request.onProgress?.(bytes, total);
      yield chunk;
    }
  };
  if (response.body === null) file.end();
  else await pipeline(unlessSilent(response.body), counted, file, { signal: request.signal });
  await finished(file).catch(() => {});
  if (total !== null && bytes !== total)
    throw new TransientFailure(`the connection ended after ${bytes} of ${total} bytes`);
  await requireDigest(request, part, sha256);
  await rename(part, destination);
};

/** Bytes must never lie beside the tag of another version, also if the process dies here. */
const forget = async (destination: string): Promise<void> => {
  for (const path of [destination + ENTITY_TAG, destination + PART, destination])
    await rm(path, { force: true });
};

/** A weak tag may stand for other bytes, so only a strong one lets a transfer go on. */
const keepEntityTag = (destination: string, tag: string | null): Promise<void> =>
  tag === null || tag.startsWith('W/')
    ? rm(destination + ENTITY_TAG, { force: true })
    : writeFile(destination + ENTITY_TAG, tag);

const requireDigest = async (
  { signal }: DownloadRequest,
  part: string,
  sha256: string | null,
): Promise<void> => {
  if (sha256 === null) return;
  const found = (await fileDigest(part, { signal })).sha256;
  if (found === sha256) return;
  await rm(part);
  throw new TransientFailure(`the bytes have the SHA-256 ${found}, the server promised ${sha256}`);
};

const rangeStart = (response: Response): number => {
  const start = /^bytes (\d+)-/.exec(response.headers.get('content-range') ?? '')?.[1];
  if (start === undefined) throw new TransientFailure('HTTP 206 without a content-range');
  return Number(start);
};

/** The chunks of a body; a connection that breaks or falls silent is a transient failure. */
async function* unlessSilent(body: ReadableStream<Uint8Array>): AsyncGenerator<Uint8Array> {
  const reader = body.getReader();
  try {
    for (;;) {
      const timer = new AbortController();
      const silence = sleep(SILENCE_MS, 'silence' as const, { signal: timer.signal, ref: false });
      silence.catch(() => {});
      const next = await Promise.race([reader.read(), silence]).catch((cause: unknown) => {
        throw new TransientFailure('the connection broke', { cause });
      });
      timer.abort();
      if (next === 'silence') throw new TransientFailure(`nothing came for ${SILENCE_MS / 1000} s`);
      if (next.done) return;
      yield next.value;
    }
  } finally {
    await reader.cancel().catch(() => {});
  }
}

const tooLarge = ({ what, bytesMax }: DownloadRequest, bytes: number) =>
  plumblineError('BASE_MODEL_UNSUPPORTED', `${what} has ${bytes} bytes; at most ${bytesMax} are read`, {
    details: { bytes, bytesMax },
  });

const unavailable = ({ what, url }: DownloadRequest, message: string) =>
  plumblineError(
    'BASE_MODEL_UNAVAILABLE',
    `${what} could not be fetched from ${new URL(url).origin}: ${message}`,
  );
