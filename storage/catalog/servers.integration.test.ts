import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { folderObjectStore } from '../objects/folder.js';
import { secretResolver } from '../secrets.js';
import { artifactStoreSuite } from '../testing/artifactStoreSuite.js';
import { aBatch, aModelVersion, NOW } from '../testing/artifacts.js';
import { CATALOG_SERVERS, type CatalogServer } from '../testing/catalogServers.js';
import { codeOf } from '../testing/errors.js';
import { modelCatalogSuite } from '../testing/modelCatalogSuite.js';
import { sourceHeadsSuite } from '../testing/sourceHeadsSuite.js';
import { artifactStore } from './artifact-store.js';
import type { CatalogDatabase } from './database.js';
import { deploymentReader, modelCatalog } from './model-catalog.js';
import { openCatalog } from './open-catalog.js';
import { sourceHeads } from './source-heads.js';

const TIMEOUT_MS = 120_000;

describe.each(Object.entries(CATALOG_SERVERS))('catalog on %s', (name, startServer) => {
  let server: CatalogServer;
  let folder: string;
  beforeAll(async () => {
    server = await startServer();
    folder = await mkdtemp(join(tmpdir(), 'plumbline-catalog-'));
  }, TIMEOUT_MS);
  afterAll(async () => {
    await server.stop();
    await rm(folder, { recursive: true });
  });

  const connect = (url: string, password = server.password): Promise<CatalogDatabase> =>
    openCatalog({ url, password: 'env:CATALOG' }, secretResolver({ CATALOG: password }));

  const openAll = async () => {
    const url = await server.emptyDatabase();
    const objects = folderObjectStore(await mkdtemp(join(folder, 'objects-')));
    const opened: CatalogDatabase[] = [];
    const open = async () => {
      const database = await connect(url);
      opened.push(database);
      return database;
    };
    const database = await open();
    return {
      url,
      database,
      objects,
      artifacts: artifactStore(database, objects),
      catalog: modelCatalog(database, objects),
      heads: sourceHeads(database, objects),
      deployments: deploymentReader(database, objects),
      another: async () => artifactStore(await open(), objects),
      close: async () => {
        await Promise.all(opened.map((each) => each.close()));
      },
    };
  };

  artifactStoreSuite(name, openAll);
  modelCatalogSuite(name, openAll);
  sourceHeadsSuite(name, openAll);

  it('is migrated once however many open it at the same time', async () => {
    const url = await server.emptyDatabase();
    const opened = await Promise.all(Array.from({ length: 8 }, () => connect(url)));
    for (const database of opened) {
      const applied = await database.read((db) => db.selectFrom('migrations').select('name').execute());
      expect(new Set(applied.map((row) => row.name)).size).toBe(applied.length);
      await database.close();
    }
    expect(await codeOf(opened[0]!.ping())).toBe('CATALOG_UNAVAILABLE');
  });

  it('goes on with a migration that was cut off', async () => {
    const opened = await openAll();
    await server.run(opened.url, "DELETE FROM migrations WHERE name = '0002_source_heads'");
    // PostgreSQL undoes the tables of a migration that fails; MySQL leaves those that it had made.
    if (name === 'PostgreSQL') await server.run(opened.url, 'DROP TABLE source_heads');
    const again = await connect(opened.url);
    expect(await sourceHeads(again, opened.objects).head({ pipeline: 'a', source: 'b' })).toBeNull();
    await again.close();
    await opened.close();
  });

  it('lets transactions write one after another, so that what is read stays true', async () => {
    const { database, url, close } = await openAll();
    const databases = [database, await connect(url), await connect(url)];
    await database.write((db) =>
      db.insertInto('fences').values({ key: 'count', run_id: 'r', attempt: 1, token: 0 }).execute(),
    );
    await Promise.all(
      Array.from({ length: 60 }, (_, index) =>
        databases[index % databases.length]!.write(async (db) => {
          const { token } = await db
            .selectFrom('fences')
            .select('token')
            .where('key', '=', 'count')
            .executeTakeFirstOrThrow();
          await db
            .updateTable('fences')
            .set({ token: token + 1 })
            .where('key', '=', 'count')
            .execute();
        }),
      ),
    );
    const row = await database.read((db) =>
      db.selectFrom('fences').select('token').executeTakeFirstOrThrow(),
    );
    expect(row.token).toBe(60);
    for (const each of databases.slice(1)) await each.close();
    await close();
  });

  it('tells texts apart by their bytes, and orders them so', async () => {
    const { artifacts, catalog, close } = await openAll();
    const keys = ['step', 'Step', 'STEP ', 'step ', 'stép', 'ｓtep'];
    const ids: string[] = [];
    for (const key of keys) {
      const fence = await artifacts.acquireFence(key, { runId: 'run', attempt: 1 });
      ids.push(await artifacts.publish(aBatch(key), { key, fence, now: NOW }));
    }
    expect(await Promise.all(keys.map((key) => artifacts.findStep(key)))).toEqual(ids);
    for (const model of ['b', 'a-b', 'B', 'ab', 'é']) {
      const fence = await artifacts.acquireFence(`register ${model}`, { runId: 'run', attempt: 1 });
      await catalog.register(aModelVersion(model, model), { key: `register ${model}`, fence, now: NOW });
    }
    expect((await catalog.versions()).map(({ model }) => model)).toEqual(['B', 'a-b', 'ab', 'b', 'é']);
    await close();
  });

  it('refuses a text that does not fit rather than cut it', async () => {
    const { artifacts, close } = await openAll();
    const key = 'k'.repeat(300);
    await expect(artifacts.acquireFence(key, { runId: 'run', attempt: 1 })).rejects.toThrow();
    expect(await artifacts.findStep('k'.repeat(255))).toBeNull();
    await close();
  });

  it('says CATALOG_UNAVAILABLE of a wrong password and of nobody at the address, without the password', async () => {
    const url = await server.emptyDatabase();
    for (const attempt of [
      () => connect(url, 'canary-wrong-password'),
      () => connect(url.replace(/:\d+\//, ':9/')),
      () => connect(`${url}_that_is_not_there`),
    ]) {
      const failure = await attempt().then(
        () => null,
        (thrown: Error & { code: string }) => thrown,
      );
      expect(failure?.code).toBe('CATALOG_UNAVAILABLE');
      expect(JSON.stringify([failure!.message, failure!.stack, String(failure!.cause)])).not.toContain(
        'canary',
      );
    }
  });

  it(
    'says CATALOG_UNAVAILABLE while the server is down, and works on when it is back',
    async () => {
      const { database, artifacts, close } = await openAll();
      const fence = await artifacts.acquireFence('step', { runId: 'run', attempt: 1 });
      const id = await artifacts.publish(aBatch('a'), { key: 'step', fence, now: NOW });
      await server.kill();
      expect(await codeOf(database.ping())).toBe('CATALOG_UNAVAILABLE');
      expect(await codeOf(artifacts.acquireFence('step', { runId: 'run', attempt: 2 }))).toBe(
        'CATALOG_UNAVAILABLE',
      );
      await server.start();
      expect(await artifacts.findStep('step')).toBe(id);
      expect(await artifacts.acquireFence('step', { runId: 'run', attempt: 2 })).toMatchObject({
        attempt: 2,
      });
      await close();
    },
    TIMEOUT_MS,
  );
});
