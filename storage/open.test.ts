import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { describe, expect, it } from '@jest/globals';
import { readConfig } from '../config.js';
import { sha256Hex } from './digest.js';
import { openStorage } from './open.js';
import { codeOf } from './testing/errors.js';

/** Port 9 (discard) answers nobody on these machines. */
const NOBODY = 'http://127.0.0.1:9';

const withFolder = async (test: (folder: string) => Promise<void>): Promise<void> => {
  const folder = await mkdtemp(join(tmpdir(), 'plumbline-storage-'));
  await test(folder);
  await rm(folder, { recursive: true });
};

describe('openStorage', () => {
  it('opens over an empty folder while ClickHouse is down, and says what is down', () =>
    withFolder(async (folder) => {
      const storage = await openStorage(
        readConfig({ PLUMBLINE_DATA_DIR: join(folder, 'data'), PLUMBLINE_CLICKHOUSE_URL: NOBODY }),
      );
      const ref = await storage.blobs.put(new Uint8Array([1]));
      expect(await storage.blobs.get(ref)).toEqual(new Uint8Array([1]));
      expect(await storage.catalog.versions()).toEqual([]);
      expect(await storage.ping()).toEqual({
        catalog: 'ok',
        objects: 'ok',
        clickhouse: expect.stringContaining('CLICKHOUSE_UNREACHABLE'),
      });
      expect(await codeOf(storage.records.readBatch(sha256Hex('batch')))).toBe('CLICKHOUSE_UNREACHABLE');
      await storage.close();
      expect(await storage.ping()).toMatchObject({ catalog: expect.stringContaining('CATALOG_UNAVAILABLE') });
    }));

  it('says SECRET_UNRESOLVED of a password that is not there, at the first use', () =>
    withFolder(async (folder) => {
      const storage = await openStorage(
        readConfig({
          PLUMBLINE_DATA_DIR: folder,
          PLUMBLINE_CLICKHOUSE_URL: NOBODY,
          PLUMBLINE_CLICKHOUSE_PASSWORD: 'env:PLUMBLINE_TEST_NO_SUCH_VARIABLE',
        }),
      );
      expect(await codeOf(storage.records.insert([]).then(() => storage.reports.latest('x')))).toBe(
        'SECRET_UNRESOLVED',
      );
      await storage.close();
    }));

  it('refuses a URL that no adapter serves, naming the variable', () =>
    withFolder(async (folder) => {
      for (const [variable, url] of [
        ['PLUMBLINE_OBJECTS_URL', 'gopher://host/prefix'],
        ['PLUMBLINE_CATALOG_URL', 'postgres://user:secret@host/db'],
      ] as const) {
        const config = readConfig({
          PLUMBLINE_DATA_DIR: folder,
          PLUMBLINE_OBJECTS_URL: pathToFileURL(folder).href,
          [variable]: url,
        });
        await expect(openStorage(config)).rejects.toMatchObject({ code: 'CONFIG_INVALID' });
        await expect(openStorage(config)).rejects.toThrow(variable);
        await expect(openStorage(config)).rejects.not.toThrow(/secret/);
      }
    }));
});
