import { mkdtemp, open, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it, jest } from '@jest/globals';
import { secretResolver } from '../secrets.js';
import { codeOf } from '../testing/errors.js';
import { freePort } from '../testing/freePort.js';
import { objectStoreSuite } from '../testing/objectStoreSuite.js';
import { startS3, type TestS3 } from '../testing/s3Server.js';
import { s3ObjectStore } from './s3.js';

const CREDENTIALS = { accessKey: 'env:TEST_ACCESS', secretKey: 'env:TEST_SECRET' };

jest.setTimeout(60_000);

let server: TestS3;
beforeAll(async () => {
  server = await startS3();
}, 600_000);
afterAll(() => server.stop());

const secrets = (overrides: Readonly<Record<string, string>> = {}) =>
  secretResolver({ TEST_ACCESS: server.accessKey, TEST_SECRET: server.secretKey, ...overrides });
const openBucket = async () => s3ObjectStore(await server.bucket(), CREDENTIALS, secrets());

objectStoreSuite('S3', async () => ({ store: await openBucket(), close: async () => undefined }));
objectStoreSuite('S3 under a prefix', async () => {
  const url = (await server.bucket()).replace('?', '/a/prefix?');
  return { store: s3ObjectStore(url, CREDENTIALS, secrets()), close: async () => undefined };
});

describe('S3 object store', () => {
  it('sends a large file in parts, of racing conditional ones lets one through, and leaves nothing behind', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'plumbline-large-'));
    const path = join(folder, 'large');
    const file = await open(path, 'w');
    // Holes are read as zeros; the ends show that no part was swapped or lost.
    await file.write('begin', 0);
    await file.write('end', 70 * 2 ** 20);
    await file.close();
    const url = await server.bucket();
    const store = s3ObjectStore(url, CREDENTIALS, secrets());
    const wins = await Promise.all([1, 2, 3].map(() => store.putFile('large', path, { onlyIfAbsent: true })));
    expect(wins.filter(Boolean)).toHaveLength(1);
    expect(await store.putFile('large', path, { onlyIfAbsent: true })).toBe(false);
    const bytes = Buffer.from(await store.get('large'));
    expect(bytes.byteLength).toBe(70 * 2 ** 20 + 3);
    expect([bytes.subarray(0, 5).toString(), bytes.subarray(-3).toString()]).toEqual(['begin', 'end']);
    expect(bytes.subarray(5, -3).every((byte) => byte === 0)).toBe(true);
    const bucket = new URL(url).hostname;
    const unfinished: unknown[] = [];
    for await (const upload of server.client.listIncompleteUploads(bucket, '', true)) unfinished.push(upload);
    expect(unfinished).toEqual([]);
    await rm(folder, { recursive: true });
  }, 120_000);

  it('says what was refused, never with a credential', async () => {
    const url = await server.bucket();
    const wrong = s3ObjectStore(url, CREDENTIALS, secrets({ TEST_SECRET: 'another-canary' }));
    const calls = [
      () => wrong.ping(),
      () => wrong.put('k', new Uint8Array(1)),
      () => wrong.get('k'),
      () => wrong.list(''),
    ];
    for (const call of calls) {
      const error = await call().then(
        () => ({}),
        (thrown: unknown) => thrown,
      );
      expect(error).toMatchObject({ code: 'OBJECT_STORE_UNAVAILABLE' });
      const told = JSON.stringify([error, String(error), (error as Error).stack, (error as Error).cause]);
      expect(told).toContain('SignatureDoesNotMatch');
      for (const secret of ['another-canary', server.secretKey, server.accessKey])
        expect(told).not.toContain(secret);
    }
    expect(await codeOf(s3ObjectStore(url, CREDENTIALS, secretResolver({})).ping())).toBe(
      'SECRET_UNRESOLVED',
    );
  });

  it('uses rotated credentials without being opened again', async () => {
    const env = { TEST_ACCESS: server.accessKey, TEST_SECRET: 'old' };
    const store = s3ObjectStore(await server.bucket(), CREDENTIALS, secretResolver(env));
    expect(await codeOf(store.ping())).toBe('OBJECT_STORE_UNAVAILABLE');
    env.TEST_SECRET = server.secretKey;
    await store.ping();
  });

  it('says OBJECT_STORE_UNAVAILABLE where nobody answers or the bucket is missing', async () => {
    const nobody = `s3://bucket?endpoint=${encodeURIComponent(`http://127.0.0.1:${await freePort()}`)}`;
    expect(await codeOf(s3ObjectStore(nobody, CREDENTIALS, secrets()).get('k'))).toBe(
      'OBJECT_STORE_UNAVAILABLE',
    );
    const missing = (await server.bucket()).replace('bucket-', 'no-bucket-');
    const store = s3ObjectStore(missing, CREDENTIALS, secrets());
    expect(await codeOf(store.ping())).toBe('OBJECT_STORE_UNAVAILABLE');
    expect(await codeOf(store.get('k'))).toBe('OBJECT_STORE_UNAVAILABLE');
  });
});
