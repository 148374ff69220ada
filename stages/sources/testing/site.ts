import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo, LookupFunction } from 'node:net';

export type Handler = (request: IncomingMessage, response: ServerResponse, url: URL) => void | Promise<void>;

/** What a path answers: a text, a status with headers and a body, or code. */
export type Route =
  | string
  | {
      readonly status?: number;
      readonly headers?: Readonly<Record<string, string>>;
      readonly body?: string | Uint8Array;
    }
  | Handler;

export interface Asked {
  readonly host: string;
  readonly path: string;
  readonly method: string;
  readonly headers: IncomingMessage['headers'];
  readonly atMs: number;
  readonly body: string;
}

export interface Site {
  readonly port: number;
  /** `http://host:port/path` of this site. */
  url(path: string, host?: string): string;
  /** Every request so far. */
  readonly asked: Asked[];
  /** Sockets open at the moment. */
  connections(): Promise<number>;
  close(): Promise<void>;
}

/** Any name is this machine, so that one server can be many hosts. */
export const allHere: LookupFunction = (_hostname, options, callback) => {
  if (options.all === true) callback(null, [{ address: '127.0.0.1', family: 4 }]);
  else callback(null, '127.0.0.1', 4);
};

const readAll = async (request: IncomingMessage): Promise<string> => {
  const chunks: Uint8Array[] = [];
  for await (const chunk of request as AsyncIterable<Uint8Array>) chunks.push(chunk);
  return Buffer.concat(chunks).toString();
};

/**
 * A real web server on this machine. A route is found by `host/path` (without the port), else by `/path`, else by the
 * longest `/prefix/*`; what has none is 404.
 */
export const startSite = async (routes: Readonly<Record<string, Route>>, port = 0): Promise<Site> => {
  const asked: Asked[] = [];
  const prefixes = Object.keys(routes)
    .filter((route) => route.endsWith('*'))
    .sort((a, b) => b.length - a.length);
  const answer = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    const url = new URL(request.url ?? '/', `http://${request.headers.host}`);
    const body = await readAll(request);
    asked.push({
      host: url.hostname,
      path: `${url.pathname}${url.search}`,
      method: request.method ?? '',
      headers: request.headers,
      atMs: performance.now(),
      body,
    });
    const prefix = prefixes.find(
      (candidate) =>
        `${url.hostname}${url.pathname}`.startsWith(candidate.slice(0, -1)) ||
        url.pathname.startsWith(candidate.slice(0, -1)),
    );
    const route =
      routes[`${url.hostname}${url.pathname}`] ??
      routes[url.pathname] ??
      (prefix === undefined ? undefined : routes[prefix]);
    if (route === undefined) return void response.writeHead(404).end('not here');
    if (typeof route === 'function') return route(request, response, url);
    if (typeof route === 'string')
      return void response.writeHead(200, { 'content-type': 'text/html; charset=utf-8' }).end(route);
    response.writeHead(route.status ?? 200, route.headers ?? {}).end(route.body ?? '');
  };
  const server = createServer((request, response) => {
    answer(request, response).catch(() => response.destroy());
  });
  await new Promise<void>((resolve) => server.listen(port, '127.0.0.1', resolve));
  const bound = (server.address() as AddressInfo).port;
  return {
    port: bound,
    url: (path, host = '127.0.0.1') => `http://${host}:${bound}${path}`,
    asked,
    connections: () =>
      new Promise((resolve, reject) =>
        server.getConnections((error, count) => (error ? reject(error) : resolve(count))),
      ),
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
};

/** Runs `use` with a site and closes it. */
export const withSite = async <T>(
  routes: Readonly<Record<string, Route>>,
  use: (site: Site) => Promise<T>,
): Promise<T> => {
  const site = await startSite(routes);
  try {
    return await use(site);
  } finally {
    await site.close();
  }
};
