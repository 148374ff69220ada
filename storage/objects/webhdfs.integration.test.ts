import { afterAll, beforeAll, describe, expect, it, jest } from '@jest/globals';
import { codeOf } from '../testing/errors.js';
import { freePort } from '../testing/freePort.js';
import { startHdfs, type TestHdfs } from '../testing/hdfsServer.js';
import { objectStoreSuite } from '../testing/objectStoreSuite.js';
import { UNFINISHED } from './key.js';
import { webHdfsObjectStore } from './webhdfs.js';
import { webHdfs } from './webhdfsCalls.js';

// The first calls of a Java server on a busy machine take seconds.
jest.setTimeout(60_000);

let server: TestHdfs;
beforeAll(async () => {
  server = await startHdfs();
}, 600_000);
afterAll(() => server.stop());

objectStoreSuite('WebHDFS', async () => ({
  store: webHdfsObjectStore(server.folder()),
  close: async () => undefined,
}));

describe('WebHDFS object store', () => {
  it('leaves nothing unfinished, and takes no folder for an object', async () => {
    const url = server.folder();
    const store = webHdfsObjectStore(url);
    await store.ping();
    await store.put('a/b', new Uint8Array(1));
    expect(await store.put('a/b', new Uint8Array(2), { onlyIfAbsent: true })).toBe(false);
    expect(await codeOf(store.put('a', new Uint8Array(3)))).toBe('OBJECT_STORE_UNAVAILABLE');
    expect(await store.list('')).toEqual(['a/b']);
    expect(await webHdfs(url).list(UNFINISHED)).toEqual([]);
  });

  it('says OBJECT_STORE_UNAVAILABLE where nobody answers', async () => {
    const store = webHdfsObjectStore(`webhdfs://127.0.0.1:${await freePort()}/x`);
    const calls = [
      () => store.ping(),
      () => store.get('k'),
      () => store.put('k', new Uint8Array(1)),
      () => store.list(''),
    ];
    for (const call of calls) expect(await codeOf(call())).toBe('OBJECT_STORE_UNAVAILABLE');
  });
});
