import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import { folderObjectStore } from '../objects/folder.js';
import { artifactStoreSuite } from '../testing/artifactStoreSuite.js';
import { codeOf } from '../testing/errors.js';
import { modelCatalogSuite } from '../testing/modelCatalogSuite.js';
import { sourceCatalogSuite } from '../testing/sourceCatalogSuite.js';
import { sourceHeadsSuite } from '../testing/sourceHeadsSuite.js';
import { artifactStore } from './artifact-store.js';
import { type CatalogDatabase, openCatalogDatabase } from './database.js';
import { deploymentReader, modelCatalog } from './model-catalog.js';
import { sourceCatalog } from './source-catalog.js';
import { sourceHeads } from './source-heads.js';

const openAll = async () => {
  const folder = await mkdtemp(join(tmpdir(), 'plumbline-catalog-'));
  const path = join(folder, 'new', 'catalog.db');
  const objects = folderObjectStore(join(folder, 'objects'));
  const opened: CatalogDatabase[] = [];
  const connect = async () => {
    const database = await openCatalogDatabase(path);
    opened.push(database);
    return database;
  };
  const database = await connect();
  return {
    objects,
    artifacts: artifactStore(database, objects),
    catalog: modelCatalog(database, objects),
    heads: sourceHeads(database, objects),
    sources: sourceCatalog(database),
    deployments: deploymentReader(database, objects),
    another: async () => artifactStore(await connect(), objects),
    close: async () => {
      await Promise.all(opened.map((each) => each.close()));
      await rm(folder, { recursive: true });
    },
  };
};

artifactStoreSuite('libsql', openAll);
modelCatalogSuite('libsql', openAll);
sourceHeadsSuite('libsql', openAll);
sourceCatalogSuite('libsql', openAll);

describe('catalog file', () => {
  it('that is no database is CATALOG_UNAVAILABLE', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'plumbline-catalog-'));
    await writeFile(
      join(folder, 'catalog.db'),
      'this is not SQLite at all, but long enough to have a header'.repeat(9),
    );
    expect(await codeOf(openCatalogDatabase(join(folder, 'catalog.db')))).toBe('CATALOG_UNAVAILABLE');
    expect(await codeOf(openCatalogDatabase(join(folder, 'catalog.db', 'x')))).toBe('CATALOG_UNAVAILABLE');
    await rm(folder, { recursive: true });
  });

  it('is migrated once however many open it at the same time', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'plumbline-catalog-'));
    const opened = await Promise.all(
      Array.from({ length: 8 }, () => openCatalogDatabase(join(folder, 'catalog.db'))),
    );
    for (const database of opened) {
      const applied = await database.read((db) => db.selectFrom('migrations').select('name').execute());
      expect(applied.map(({ name }) => name).sort()).toEqual([
        '0001_artifacts_and_models',
        '0002_source_heads',
        '0003_sources',
      ]);
      await database.close();
    }
    expect(await codeOf(opened[0]!.ping())).toBe('CATALOG_UNAVAILABLE');
    await rm(folder, { recursive: true });
  });
});
