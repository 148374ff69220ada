import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { zipFile } from '../testing/zipFile.js';
import { openZip, type ZipEntry, type ZipFile } from './zip.js';

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'plumbline-zip-'));
});
afterEach(() => rm(folder, { recursive: true }));

const opened = async (archive: Uint8Array) => {
  const path = join(folder, 'a.whl');
  await writeFile(path, archive);
  return openZip(path);
};

const extracted = async (zip: ZipFile, entry: ZipEntry, bytesMax: number) => {
  const path = join(folder, 'extracted');
  await zip.extract(entry, path, bytesMax);
  return readFile(path);
};

const readFirst = async (archive: Uint8Array, bytesMax = 1000) => {
  const zip = await opened(archive);
  try {
    return await extracted(zip, zip.entries[0]!, bytesMax);
  } finally {
    await zip.close();
  }
};

const text = Buffer.from('text '.repeat(50));
const refused = { code: 'BASE_MODEL_UNSUPPORTED' };

describe('openZip', () => {
  it('reads every entry back', async () => {
    const zip = await opened(zipFile({ 'a/b.txt': text, 'c.txt': Buffer.from('c') }));
    expect(zip.entries.map(({ name, bytes }) => [name, bytes])).toEqual([
      ['a/b.txt', 250],
      ['c.txt', 1],
    ]);
    expect((await extracted(zip, zip.entries[0]!, 250)).toString()).toBe(text.toString());
    expect((await extracted(zip, zip.entries[1]!, 10)).toString()).toBe('c');
    await zip.close();
  });

  it.each(['../evil', 'a/../../evil', '/etc/evil', 'a\\..\\evil', 'C:/evil', 'a/\0'])(
    'refuses an archive with an entry named %j, which would leave the folder',
    async (name) => {
      await expect(opened(zipFile({ [name]: text }))).rejects.toMatchObject(refused);
    },
  );

  it('refuses an entry above the limit, whatever its directory states', async () => {
    await expect(readFirst(zipFile({ a: text }), 100)).rejects.toMatchObject(refused);
    await expect(readFirst(zipFile({ a: text }, { bytes: 50 }), 100)).rejects.toMatchObject(refused);
  });

  it('refuses an entry whose bytes do not have the stated checksum', async () => {
    await expect(readFirst(zipFile({ a: text }, { crc: 1 }))).rejects.toMatchObject(refused);
  });

  it('refuses an unknown method and a truncated archive', async () => {
    const archive = zipFile({ a: text });
    await expect(readFirst(zipFile({ a: text }, { method: 99 }))).rejects.toMatchObject(refused);
    await expect(opened(archive.subarray(0, archive.length - 10))).rejects.toMatchObject(refused);
    await expect(opened(archive.subarray(20))).rejects.toMatchObject(refused);
    await expect(opened(Buffer.from('PK'))).rejects.toMatchObject(refused);
  });
});
