import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import { folderObjectStore } from '../objects/folder.js';
import { aModelVersion, NOW } from '../testing/artifacts.js';
import { artifactStore } from './artifact-store.js';
import { openCatalogDatabase } from './database.js';
import { modelCatalog } from './model-catalog.js';

const COMPILED = new URL('../../dist/storage/', import.meta.url).href;

/** What each racing process runs: it opens the catalog itself, as a worker does, and registers its version. */
const racer = `
  const { openCatalogDatabase } = await import('${COMPILED}catalog/database.js');
  const { artifactStore } = await import('${COMPILED}catalog/artifact-store.js');
  const { modelCatalog } = await import('${COMPILED}catalog/model-catalog.js');
  const { folderObjectStore } = await import('${COMPILED}objects/folder.js');
  const { folder, runId, attempt, artifact, now } = JSON.parse(process.env.RACER);
  const database = await openCatalogDatabase(folder + '/catalog.db');
  const objects = folderObjectStore(folder + '/objects');
  try {
    const holder = { runId, attempt };
    const fence = await artifactStore(database, objects).acquireFence('register', holder);
    const { version } = await modelCatalog(database, objects).register(artifact, { key: 'register', fence, now });
    process.stdout.write('version ' + version);
  } catch (thrown) {
    process.stdout.write(thrown.code ?? String(thrown.stack));
  }
  await database.close();
`;

const race = async (input: object): Promise<string> => {
  const child = spawn(process.execPath, ['--input-type=module', '-e', racer], {
    env: { ...process.env, NODE_OPTIONS: '', RACER: JSON.stringify(input) },
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  let said = '';
  child.stdout.on('data', (bytes: Buffer) => {
    said += bytes.toString();
  });
  await once(child, 'close');
  return said;
};

describe('a catalog file shared by processes', () => {
  it.each([
    ['runs', (index: number) => ({ runId: `run ${index}`, attempt: 1 })],
    ['attempts of one run', (index: number) => ({ runId: 'run', attempt: index + 1 })],
  ])(
    'lets exactly one of 20 racing %s publish a model version',
    async (_what, holderOf) => {
      if (!existsSync(new URL('catalog/database.js', COMPILED)))
        throw new Error('dist/storage is missing: run `npm run build` first');
      const folder = await mkdtemp(join(tmpdir(), 'plumbline-race-'));
      const outcomes = await Promise.all(
        Array.from({ length: 20 }, (_, index) =>
          race({ folder, ...holderOf(index), artifact: aModelVersion(`by ${index}`), now: NOW }),
        ),
      );
      const database = await openCatalogDatabase(join(folder, 'catalog.db'));
      const objects = folderObjectStore(join(folder, 'objects'));
      const versions = await modelCatalog(database, objects).versions();
      expect(versions).toHaveLength(1);
      expect(outcomes.sort()).toEqual([...Array.from({ length: 19 }, () => 'ATTEMPT_FENCED'), 'version 1']);
      expect(await artifactStore(database, objects).findStep('register')).toBe(versions[0]!.modelVersionId);
      await database.close();
      await rm(folder, { recursive: true });
    },
    180_000,
  );
});
