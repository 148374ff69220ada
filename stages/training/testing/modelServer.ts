import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { sha256Hex } from '../../digest.js';

export interface SeenRequest {
  readonly path: string;
  readonly authorization: string | undefined;
  readonly range: string | undefined;
  /** Asked for only if it changed. */
  readonly conditional: boolean;
}

type Answer = (request: IncomingMessage, response: ServerResponse) => void;

/** A real HTTP server on a free port that remembers what it was asked. */
export const modelServer = async (answer: Answer) => {
  const requests: SeenRequest[] = [];
  const server = createServer((request, response) => {
    const { authorization, range, 'if-none-match': tag } = request.headers;
    requests.push({ path: request.url ?? '', authorization, range, conditional: tag !== undefined });
    answer(request, response);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    requests,
    close: () =>
      new Promise<void>((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
};
export type ModelServer = Awaited<ReturnType<typeof modelServer>>;

/** Answers with the file its path ends in, and with 404 where there is none. Honours open ranges and entity tags. */
export const serveFiles =
  (files: Readonly<Record<string, Uint8Array>>): Answer =>
  (request, response) =>
    send(files[(request.url ?? '').split('/').at(-1) ?? ''], request, response);

/** A repository as the Hub serves it: files by revision and path, and the list of them. */
export const serveRepository =
  (files: Readonly<Record<string, Uint8Array>>): Answer =>
  (request, response) => {
    const url = decodeURIComponent(request.url ?? '');
    const siblings = Object.keys(files).map((rfilename) => ({ rfilename }));
    if (/^\/api\/models\/[^/]+\/[^/]+\/revision\/[^/]+$/.test(url))
      return void response.end(JSON.stringify({ siblings }));
    const path = /^\/[^/]+\/[^/]+\/resolve\/[^/]+\/(.+)$/.exec(url)?.[1] ?? '';
    send(files[path], request, response);
  };

const send = (bytes: Uint8Array | undefined, request: IncomingMessage, response: ServerResponse): void => {
  if (bytes === undefined) return void response.writeHead(404).end();
  const etag = `"${sha256Hex(bytes)}"`;
  if (request.headers['if-none-match'] === etag) return void response.writeHead(304, { etag }).end();
  const unchanged = request.headers['if-range'] === undefined || request.headers['if-range'] === etag;
  const range = unchanged ? /^bytes=(\d+)-$/.exec(request.headers.range ?? '')?.[1] : undefined;
  const start = Number(range ?? 0);
  const headers = { etag, 'content-length': bytes.length - start };
  if (start === 0) response.writeHead(200, headers);
  else
    response.writeHead(206, {
      ...headers,
      'content-range': `bytes ${start}-${bytes.length - 1}/${bytes.length}`,
    });
  response.end(bytes.subarray(start));
};
