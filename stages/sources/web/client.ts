import type { Readable } from 'node:stream';
import { Agent } from 'undici';
import { throwIfCancelled } from '../../pace.js';
import { readBody } from './body.js';
import { type ConnectOptions, guardedConnector } from './connect.js';
import { HttpFault, toHttpFault } from './fault.js';
import { isWebUrl, parseUrl } from './url.js';

const HEADER_BYTES_MAX = 32 * 1024;
const REDIRECTS: ReadonlySet<number> = new Set([301, 302, 303, 307, 308]);

export type Headers = Readonly<Record<string, string>>;

export interface HttpRequest {
  readonly url: URL;
  readonly method?: 'GET' | 'POST';
  readonly headers?: Headers;
  /** Headers for the origin of `url` alone: gone once a redirect leads elsewhere. */
  readonly credentials?: Headers;
  readonly body?: string;
  /** Bytes of the unpacked content at most. */
  readonly bytesMax: number;
  /** What happens to content beyond that: a fault, or it is left unread. */
  readonly tooLarge?: 'fault' | 'cut';
  /** For the whole answer with all its redirects, its last byte included. */
  readonly timeoutMs: number;
  readonly redirectsMax: number;
  /** Whether the content is read at all; always, when left out. */
  readonly wanted?: (head: AnswerHead) => boolean;
}

export interface AnswerHead {
  /** After redirects. */
  readonly url: URL;
  readonly status: number;
  /** Names in lower case; repeated fields joined by commas (RFC 9110, 5.3). */
  readonly headers: Headers;
}

export interface HttpAnswer extends AnswerHead {
  /** Empty when it was not wanted. */
  readonly body: Uint8Array;
}

export interface HttpClient {
  /**
   * One request with its redirects. Any status is an answer.
   * @throws HttpFault; CANCELLED
   */
  request(request: HttpRequest, signal: AbortSignal): Promise<HttpAnswer>;
  close(): Promise<void>;
}

const joinHeaders = (headers: Readonly<Record<string, string | string[] | undefined>>): Headers =>
  Object.fromEntries(
    Object.entries(headers).flatMap(([name, value]) =>
      value === undefined ? [] : [[name, Array.isArray(value) ? value.join(', ') : value]],
    ),
  );

/** Where a redirect leads, or null. @throws HttpFault when it cannot be followed */
export const redirectTarget = ({ url, status, headers }: AnswerHead): URL | null => {
  const location = headers['location'];
  if (!REDIRECTS.has(status) || location === undefined) return null;
  // Servers send UTF-8 in a field that is read as Latin-1.
  const target = parseUrl(Buffer.from(location, 'latin1').toString(), url);
  if (target === null)
    throw new HttpFault('malformed-answer', `${url.host} redirects to what is no http or https address`);
  return target;
};

/**
 * The one way in which web sources ask: only http and https, only public addresses unless a host is named (also after
 * redirects and whatever the name resolves to), bounded time, headers, content, unpacking and redirects.
 */
export const createHttpClient = ({
  userAgent,
  ...connect
}: ConnectOptions & { readonly userAgent: string }): HttpClient => {
  const agent = new Agent({ connect: guardedConnector(connect), maxHeaderSize: HEADER_BYTES_MAX });

  const once = async (
    url: URL,
    request: HttpRequest,
    method: 'GET' | 'POST',
    credentials: Headers,
    signal: AbortSignal,
  ): Promise<HttpAnswer> => {
    const { statusCode, headers, body } = await agent.request({
      origin: url.origin,
      path: `${url.pathname}${url.search}`,
      method,
      headers: {
        'user-agent': userAgent,
        'accept-encoding': 'gzip, deflate, br',
        ...request.headers,
        ...credentials,
      },
      ...(method === 'POST' && request.body !== undefined && { body: request.body }),
      headersTimeout: request.timeoutMs,
      bodyTimeout: request.timeoutMs,
      signal,
    });
    const head = { url, status: statusCode, headers: joinHeaders(headers) };
    const stream = body as Readable;
    if (request.wanted?.(head) === false) {
      stream.on('error', () => undefined).destroy();
      return { ...head, body: new Uint8Array(0) };
    }
    const limits = {
      contentEncoding: head.headers['content-encoding'] ?? '',
      bytesMax: request.bytesMax,
      tooLarge: request.tooLarge ?? 'fault',
    };
    return { ...head, body: await readBody(stream, limits) };
  };

  const follow = async (request: HttpRequest, signal: AbortSignal): Promise<HttpAnswer> => {
    let { url, credentials = {}, method = 'GET' } = request;
    for (let hops = 0; ; hops += 1) {
      const answer = await once(url, request, method, credentials, signal);
      const target = request.redirectsMax === 0 ? null : redirectTarget(answer);
      if (target === null) return answer;
      if (hops === request.redirectsMax)
        throw new HttpFault('redirect-loop', `${url.host} redirects more than ${hops} times`);
      if (target.origin !== url.origin) credentials = {};
      if (answer.status < 307) method = 'GET';
      url = target;
    }
  };

  return {
    request: async (request, signal) => {
      throwIfCancelled(signal);
      const { host } = request.url;
      if (!isWebUrl(request.url))
        throw new HttpFault('address-forbidden', `${request.url.protocol} is neither http nor https`);
      const timeout = AbortSignal.timeout(request.timeoutMs);
      try {
        return await follow(request, AbortSignal.any([signal, timeout]));
      } catch (thrown) {
        throwIfCancelled(signal);
        if (timeout.aborted)
          throw new HttpFault('timeout', `${host} has not answered within ${request.timeoutMs} ms`);
        throw toHttpFault(thrown, host);
      }
    },
    close: () => agent.destroy(),
  };
};
