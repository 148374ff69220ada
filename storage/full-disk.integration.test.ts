import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, describe, expect, it } from '@jest/globals';
import { artifactStore } from './catalog/artifact-store.js';
import { openCatalogDatabase } from './catalog/database.js';
import { sha256Hex } from './digest.js';
import { folderObjectStore } from './objects/folder.js';
import { UNFINISHED } from './objects/key.js';
import { aBatch, NOW } from './testing/artifacts.js';
import { codeOf } from './testing/errors.js';
import { mountTinyDisk } from './testing/tinyDisk.js';

describe('a full disk', () => {
  const disks: { unmount: () => Promise<void> }[] = [];
  const mount = async (mebibytes: number) => {
    const disk = await mountTinyDisk(mebibytes);
    disks.push(disk);
    return disk;
  };
  afterEach(async () => {
    for (const disk of disks.splice(0)) await disk.unmount();
  });

  it('is DISK_FULL for objects, leaves nothing half-written, and writing goes on once there is space', async () => {
    const disk = await mount(1);
    const store = folderObjectStore(disk.path);
    const most = new Uint8Array(700_000).fill(1);
    await store.put('a', most);
    for (const options of [{}, { onlyIfAbsent: true }])
      expect(await codeOf(store.put('b', most, options))).toBe('DISK_FULL');
    expect(await codeOf(store.put('a', new Uint8Array(700_000)))).toBe('DISK_FULL');
    expect(await store.list('')).toEqual(['a']);
    expect(sha256Hex(await store.get('a'))).toBe(sha256Hex(most));
    expect(await readdir(join(disk.path, UNFINISHED))).toEqual([]);
    await store.delete('a');
    expect(await store.put('b', most)).toBe(true);
  });

  it('is DISK_FULL for the catalog, and a step is remembered as a whole or not at all', async () => {
    const [disk, objectsDisk] = [await mount(8), await mount(8)];
    const database = await openCatalogDatabase(join(disk.path, 'catalog.db'));
    const artifacts = artifactStore(database, folderObjectStore(objectsDisk.path));
    const filler = folderObjectStore(join(disk.path, 'filler'));
    for (let size = 512 * 1024; size >= 512; size /= 2)
      for (let full = false; !full; )
        full = await filler.put(`${size}/${performance.now()}`, new Uint8Array(size)).then(
          () => false,
          () => true,
        );
    const publishSome = async (): Promise<void> => {
      for (let number = 0; number < 500; number += 1) {
        const key = `step ${number}`;
        const fence = await artifacts.acquireFence(key, { runId: 'run', attempt: 1 });
        await artifacts.publish(aBatch(key), { key, fence, now: NOW });
      }
    };
    expect(await codeOf(publishSome())).toBe('DISK_FULL');
    for (const key of await filler.list('')) await filler.delete(key);
    await publishSome();
    const id = await artifacts.findStep('step 499');
    expect(await artifacts.get('SourceBatch', id ?? '')).toEqual(aBatch('step 499'));
    await database.close();
  }, 60_000);
});
