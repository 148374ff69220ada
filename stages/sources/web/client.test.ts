import { once } from 'node:events';
import { type AddressInfo, createServer, type LookupFunction } from 'node:net';
import { brotliCompressSync, deflateSync, gzipSync } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { allHere, type Site, startSite } from '../testing/site.js';
import { createHttpClient, type HttpRequest } from './client.js';
import { HttpFault } from './fault.js';

const SIGNAL = new AbortController().signal;

const ask = async (
  url: string,
  request: Partial<HttpRequest> = {},
  options: { allowPrivate?: readonly string[]; lookup?: LookupFunction; signal?: AbortSignal } = {},
) => {
  const client = createHttpClient({
    userAgent: 'Plumbline',
    allowPrivate: ['127.0.0.1', 'site.test'],
    ...options,
  });
  try {
    return await client.request(
      { url: new URL(url), bytesMax: 100_000, timeoutMs: 5000, redirectsMax: 5, ...request },
      options.signal ?? SIGNAL,
    );
  } finally {
    await client.close();
  }
};

const faultOf = (...args: Parameters<typeof ask>): Promise<string> =>
  ask(...args).then(
    ({ status }) => `answered ${status}`,
    (thrown: unknown) =>
      thrown instanceof HttpFault ? thrown.kind : String((thrown as { code?: string }).code),
  );

const redirect = (location: string, status = 302) => ({ status, headers: { location } });

describe('createHttpClient', () => {
  let site: Site;
  let other: Site;
  beforeAll(async () => {
    other = await startSite({ '/': 'other' });
    const text = 'word '.repeat(1000);
    site = await startSite({
      '/': 'home',
      '/gzip': { headers: { 'content-encoding': 'gzip' }, body: gzipSync(text) },
      '/deflate': { headers: { 'content-encoding': 'deflate' }, body: deflateSync(text) },
      '/br': { headers: { 'content-encoding': 'br' }, body: brotliCompressSync(text) },
      '/twice': { headers: { 'content-encoding': 'gzip, br' }, body: brotliCompressSync(gzipSync(text)) },
      '/thrice': { headers: { 'content-encoding': 'gzip, gzip, gzip' }, body: 'x' },
      '/unknown': { headers: { 'content-encoding': 'compress' }, body: 'x' },
      '/cut': { headers: { 'content-encoding': 'gzip' }, body: gzipSync(text).subarray(0, 40) },
      '/bomb': { headers: { 'content-encoding': 'gzip' }, body: gzipSync(Buffer.alloc(50_000_000)) },
      '/huge': (_request, response) => {
        // Ends only when the reader goes away.
        const write = (): void => {
          while (!response.destroyed && response.write('x'.repeat(65_536)));
          if (!response.destroyed) response.once('drain', write);
        };
        write();
      },
      '/slow': (_request, response) => {
        response.writeHead(200);
        const timer = setInterval(() => response.write('x'), 20);
        response.on('close', () => clearInterval(timer));
      },
      '/headers': { headers: { long: 'x'.repeat(40_000) }, body: 'x' },
      '/loop': redirect('/loop'),
      '/chain*': (_request, response, url) => {
        const left = Number(url.pathname.slice(6));
        response.writeHead(left === 0 ? 200 : 302, { location: `/chain${left - 1}` }).end();
      },
      '/to-loopback': redirect('http://127.0.0.2:1/'),
      '/to-metadata': redirect('http://169.254.169.254/latest/meta-data/'),
      '/to-decimal': redirect('http://2852039166/'),
      '/to-file': redirect('file:///etc/passwd'),
      '/to-other': redirect(`http://127.0.0.1:${other.port}/`),
      '/to-self': redirect('/echo'),
      '/post-303': redirect('/echo', 303),
      '/post-307': redirect('/echo', 307),
      '/echo': (request, response) => {
        response.end(
          JSON.stringify({
            method: request.method,
            authorization: request.headers.authorization ?? null,
            agent: request.headers['user-agent'],
          }),
        );
      },
    });
  });
  afterAll(async () => {
    await site.close();
    await other.close();
  });

  it('says who asks', async () => {
    const { body } = await ask(site.url('/echo'));
    expect(JSON.parse(Buffer.from(body).toString())).toMatchObject({ method: 'GET', agent: 'Plumbline' });
  });

  it('unpacks what it asked for', async () => {
    for (const path of ['/gzip', '/deflate', '/br', '/twice'])
      expect((await ask(site.url(path))).body.byteLength).toBe(5000);
  });

  it.each([
    ['/huge', 'too-large'],
    ['/bomb', 'compression-bomb'],
    ['/thrice', 'compression-bomb'],
    ['/unknown', 'malformed-answer'],
    ['/cut', 'malformed-answer'],
    ['/headers', 'malformed-answer'],
    ['/loop', 'redirect-loop'],
    ['/chain6', 'redirect-loop'],
    ['/chain5', 'answered 200'],
    ['/to-file', 'malformed-answer'],
    ['/to-loopback', 'address-forbidden'],
    ['/to-metadata', 'address-forbidden'],
    ['/to-decimal', 'address-forbidden'],
  ])('%s gives %s', async (path, fault) => {
    expect(await faultOf(site.url(path), { bytesMax: path === '/bomb' ? 100_000_000 : 100_000 })).toBe(fault);
  });

  it('bounds the time of an answer that drips, and stops at once when cancelled', async () => {
    expect(await faultOf(site.url('/slow'), { timeoutMs: 200 })).toBe('timeout');
    const controller = new AbortController();
    setTimeout(() => controller.abort(), 50);
    expect(await faultOf(site.url('/slow'), {}, { signal: controller.signal })).toBe('CANCELLED');
  });

  it('takes an answer that is no HTTP, and a port where nobody listens, for what they are', async () => {
    const server = createServer((socket) => {
      socket.on('error', () => undefined).once('data', () => socket.end('nonsense\r\n\r\n'));
    }).listen(0, '127.0.0.1');
    await once(server, 'listening');
    const { port } = server.address() as AddressInfo;
    expect(await faultOf(`http://127.0.0.1:${port}/`)).toBe('malformed-answer');
    server.close();
    await once(server, 'close');
    expect(await faultOf(`http://127.0.0.1:${port}/`)).toBe('unreachable');
  });

  it('reaches private addresses only of the hosts that are named, in whatever form they are written', async () => {
    const { port } = site;
    const hosts = [
      '127.0.0.1',
      'localhost',
      '2130706433',
      '0x7f000001',
      '0177.0.0.1',
      '127.1',
      '[::ffff:127.0.0.1]',
      '[::1]',
      '0.0.0.0',
      '[::127.0.0.1]',
      '[64:ff9b::7f00:1]',
      '①②⑦.0.0.1',
      '127.0.0.1.',
    ];
    for (const host of hosts)
      expect([host, await faultOf(`http://${host}:${port}/`, {}, { allowPrivate: [] })]).toEqual([
        host,
        'address-forbidden',
      ]);
    expect(await faultOf(site.url('/'), {}, { allowPrivate: [`127.0.0.1:${port}`] })).toBe('answered 200');
    expect(await faultOf(site.url('/'), {}, { allowPrivate: [`127.0.0.1:${port + 1}`] })).toBe(
      'address-forbidden',
    );
  });

  it('checks the address that is connected to, not an earlier answer of the resolver', async () => {
    const asked: string[] = [];
    // Public for whoever checks first, private for whoever connects.
    const rebinding: LookupFunction = (hostname, options, callback) => {
      asked.push(hostname);
      const address = asked.length === 1 ? '93.184.215.14' : '127.0.0.1';
      if (options.all === true) callback(null, [{ address, family: 4 }]);
      else callback(null, address, 4);
    };
    await new Promise<void>((resolve) => rebinding('rebind.test', { all: true }, () => resolve()));
    expect(await faultOf(site.url('/', 'rebind.test'), {}, { lookup: rebinding })).toBe('address-forbidden');
    expect(asked).toHaveLength(2);
    const mixed: LookupFunction = (_hostname, _options, callback) =>
      callback(null, [
        { address: '93.184.215.14', family: 4 },
        { address: '127.0.0.1', family: 4 },
      ]);
    expect(await faultOf(site.url('/', 'mixed.test'), {}, { lookup: mixed })).toBe('address-forbidden');
    expect(await faultOf(site.url('/', 'unnamed.test'), {}, { lookup: allHere })).toBe('address-forbidden');
    expect(await faultOf(site.url('/', 'site.test'), {}, { lookup: allHere })).toBe('answered 200');
  });

  it('sends credentials to the origin they are for, not to where a redirect leads', async () => {
    const credentials = { authorization: 'Bearer canary' };
    const { body } = await ask(site.url('/to-self'), { credentials });
    expect(JSON.parse(Buffer.from(body).toString()).authorization).toBe('Bearer canary');
    await ask(site.url('/to-other'), { credentials });
    expect(other.asked.at(-1)?.headers.authorization).toBeUndefined();
  });

  it('turns POST into GET where a redirect means that (RFC 9110, 15.4)', async () => {
    const methodAt = async (path: string): Promise<string> => {
      const { body } = await ask(site.url(path), { method: 'POST', body: 'x' });
      return (JSON.parse(Buffer.from(body).toString()) as { readonly method: string }).method;
    };
    expect([await methodAt('/post-303'), await methodAt('/post-307')]).toEqual(['GET', 'POST']);
  });

  it('reads no content that is not wanted', async () => {
    const answer = await ask(site.url('/huge'), { wanted: () => false });
    expect(answer).toMatchObject({ status: 200, body: { byteLength: 0 } });
  });
});
