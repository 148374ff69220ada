import { mkdtemp, readdir, readFile, rm, utimes, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import { blobKey } from '../../contracts/index.js';
import { codeOf } from '../testing/errors.js';
import { objectStoreSuite } from '../testing/objectStoreSuite.js';
import { blobStore } from './blobs.js';
import { folderObjectStore } from './folder.js';
import { UNFINISHED } from './key.js';

const openFolder = async () => {
  const root = await mkdtemp(join(tmpdir(), 'plumbline-objects-'));
  return {
    root,
    store: folderObjectStore(root),
    close: () => rm(root, { recursive: true, force: true }),
  };
};

objectStoreSuite('folder', openFolder);

describe('folder object store', () => {
  it('removes what a process killed in the middle of a write left behind, but not what is being written', async () => {
    const { root, store, close } = await openFolder();
    await store.put('k', new Uint8Array(1));
    await writeFile(join(root, UNFINISHED, 'old'), 'half');
    await utimes(join(root, UNFINISHED, 'old'), 0, 0);
    await writeFile(join(root, UNFINISHED, 'new'), 'half');
    await folderObjectStore(root).ping();
    expect(await readdir(join(root, UNFINISHED))).toEqual(['new']);
    expect(await store.list('')).toEqual(['k']);
    await close();
  });

  it('writes again after its folders were removed, at the second try', async () => {
    const { root, store, close } = await openFolder();
    await store.put('a/b', new Uint8Array(1));
    await rm(root, { recursive: true });
    expect(await codeOf(store.put('a/b', new Uint8Array(2)))).toBe('OBJECT_STORE_UNAVAILABLE');
    await store.put('a/b', new Uint8Array(3));
    expect((await store.get('a/b')).byteLength).toBe(3);
    await close();
  });

  it('says OBJECT_STORE_UNAVAILABLE when its folder cannot be used', async () => {
    const { root, close } = await openFolder();
    await writeFile(join(root, 'file'), '');
    const store = folderObjectStore(join(root, 'file'));
    expect(await codeOf(store.put('k', new Uint8Array(1)))).toBe('OBJECT_STORE_UNAVAILABLE');
    expect(await codeOf(store.ping())).toBe('OBJECT_STORE_UNAVAILABLE');
    await close();
  });
});

describe('blob store', () => {
  it('keeps the same bytes once, under their digest', async () => {
    const { store, close } = await openFolder();
    const blobs = blobStore(store);
    const bytes = new TextEncoder().encode('abc');
    const ref = await blobs.put(bytes);
    expect(await blobs.put(bytes)).toEqual(ref);
    // FIPS 180-2, appendix B.1.
    expect(ref).toEqual({
      sha256: 'ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad',
      bytes: 3,
    });
    expect(await store.list('')).toEqual([blobKey(ref.sha256)]);
    expect(await blobs.get(ref)).toEqual(bytes);
    await close();
  });

  it('refuses damaged bytes, and is healed by putting the right ones again', async () => {
    const { store, close } = await openFolder();
    const blobs = blobStore(store);
    const bytes = new TextEncoder().encode('abc');
    const ref = await blobs.put(bytes);
    await store.put(blobKey(ref.sha256), bytes.subarray(0, 2));
    expect(await codeOf(blobs.get(ref))).toBe('OBJECT_CORRUPT');
    await blobs.put(bytes);
    expect(await blobs.get(ref)).toEqual(bytes);
    await close();
  });

  it('keeps a file as it keeps its bytes, and is healed by it', async () => {
    const { root, store, close } = await openFolder();
    const blobs = blobStore(store);
    const bytes = new TextEncoder().encode('abc');
    const path = join(root, 'outside');
    await writeFile(path, bytes);
    const ref = await blobs.putFile(path);
    expect(ref).toEqual(await blobs.put(bytes));
    await store.put(blobKey(ref.sha256), bytes.subarray(0, 2));
    expect(await codeOf(blobs.getFile(ref, join(root, 'damaged')))).toBe('OBJECT_CORRUPT');
    await blobs.putFile(path);
    expect(await blobs.get(ref)).toEqual(bytes);
    await blobs.getFile(ref, join(root, 'copy'));
    expect(await readFile(join(root, 'copy'), 'utf8')).toBe('abc');
    expect(await codeOf(blobs.getFile({ sha256: '0'.repeat(64) }, join(root, 'none')))).toBe(
      'OBJECT_NOT_FOUND',
    );
    await close();
  });
});
