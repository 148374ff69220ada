import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

export interface SeenRequest {
  readonly path: string;
  readonly authorization: string | undefined;
  readonly range: string | undefined;
}

type Answer = (request: IncomingMessage, response: ServerResponse) => void;

/** A real HTTP server on a free port that remembers what it was asked. */
export const modelServer = async (answer: Answer) => {
  const requests: SeenRequest[] = [];
  const server = createServer((request, response) => {
    const { authorization, range } = request.headers;
    requests.push({ path: request.url ?? '', authorization, range });
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

/** Answers with the file its path ends in, and with 404 where there is none. Honours open ranges. */
export const serveFiles =
  (files: Readonly<Record<string, Uint8Array>>): Answer =>
  (request, response) => {
    const bytes = files[(request.url ?? '').split('/').at(-1) ?? ''];
    if (bytes === undefined) return void response.writeHead(404).end();
    const start = Number(/^bytes=(\d+)-$/.exec(request.headers.range ?? '')?.[1] ?? 0);
    const headers = { etag: '"v1"', 'content-length': bytes.length - start };
    if (start === 0) response.writeHead(200, headers);
    else
      response.writeHead(206, {
        ...headers,
        'content-range': `bytes ${start}-${bytes.length - 1}/${bytes.length}`,
      });
    response.end(bytes.subarray(start));
  };
