import { createWriteStream } from 'node:fs';
import { rm, stat } from 'node:fs/promises';
import { finished, pipeline } from 'node:stream/promises';
import { setTimeout as sleep } from 'node:timers/promises';
import { plumblineError } from '../../../contracts/index.js';
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

/**
 * Fetches a file over HTTP. Server errors and broken connections are retried, going on from the bytes that
 * came (RFC 9110, Range with If-Range) when the server says the file is unchanged.
 * @throws BASE_MODEL_FORBIDDEN (401, 403), BASE_MODEL_NOT_FOUND (404, 410), BASE_MODEL_UNSUPPORTED (too large),
 *   BASE_MODEL_UNAVAILABLE (anything else), CANCELLED
 */
export const download = async (request: DownloadRequest): Promise<void> => {
  await rm(request.destination, { force: true });
  let entityTag: string | null = null;
  for (let attempt = 1; ; attempt += 1) {
    throwIfCancelled(request.signal);
    try {
      const response = await openFollowing(request, await resumeHeaders(request.destination, entityTag));
      entityTag = response.headers.get('etag');
      await receive(request, response);
      return;
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

const resumeHeaders = async (
  destination: string,
  entityTag: string | null,
): Promise<Record<string, string>> => {
  const bytes = await stat(destination).then(
    ({ size }) => size,
    () => 0,
  );
  // A weak tag may stand for other bytes, so only a strong one lets a transfer go on.
  if (bytes === 0 || entityTag === null || entityTag.startsWith('W/')) return {};
  return { range: `bytes=${bytes}-`, 'if-range': entityTag };
};

const openFollowing = async (
  request: DownloadRequest,
  headers: Readonly<Record<string, string>>,
): Promise<Response> => {
  const first = new URL(request.url);
  let url = first;
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
    if (response.status < 300 || response.status > 399) return checked(request, response);
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

const checked = async (request: DownloadRequest, response: Response): Promise<Response> => {
  const { status } = response;
  if (status === 200 || status === 206) return response;
  await response.body?.cancel();
  if (status === 416) await rm(request.destination, { force: true });
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

const receive = async (request: DownloadRequest, response: Response): Promise<void> => {
  const length = Number(response.headers.get('content-length') ?? Number.NaN);
  const start = response.status === 206 ? rangeStart(response) : 0;
  const total = Number.isNaN(length) ? null : start + length;
  if (total !== null && total > request.bytesMax) {
    await response.body?.cancel();
    throw tooLarge(request, total);
  }
  const file = createWriteStream(request.destination, start === 0 ? { flags: 'w' } : { flags: 'r+', start });
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
