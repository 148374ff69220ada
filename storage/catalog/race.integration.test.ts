import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { folderObjectStore } from '../objects/folder.js';
import { secretResolver } from '../secrets.js';
import { aModelVersion, NOW } from '../testing/artifacts.js';
import { CATALOG_SERVERS, type CatalogServer } from '../testing/catalogServers.js';
import { artifactStore } from './artifact-store.js';
import { modelCatalog } from './model-catalog.js';
import { openCatalog } from './open-catalog.js';

const TIMEOUT_MS = 180_000;
const COMPILED = new URL('../../dist/storage/', import.meta.url).href;

/** What each racing process runs: it opens the catalog itself, as a worker does, and registers its version. */
const racer = `
  const { openCatalog } = await import('${COMPILED}catalog/open-catalog.js');
  const { secretResolver } = await import('${COMPILED}secrets.js');
  const { artifactStore } = await import('${COMPILED}catalog/artifact-store.js');
  const { modelCatalog } = await import('${COMPILED}catalog/model-catalog.js');
  const { folderObjectStore } = await import('${COMPILED}objects/folder.js');
  const { folder, place, runId, attempt, artifact, now } = JSON.parse(process.env.RACER);
  const database = await openCatalog(place, secretResolver());
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

const race = async (input: object, password: string): Promise<string> => {
  const child = spawn(process.execPath, ['--input-type=module', '-e', racer], {
    env: { ...process.env, NODE_OPTIONS: '', RACER: JSON.stringify(input), CATALOG_PASSWORD: password },
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  let said = '';
  child.stdout.on('data', (bytes: Buffer) => {
    said += bytes.toString();
  });
  await once(child, 'close');
  return said;
};

interface Kept {
  readonly password: string;
  /** The URL of an empty catalog. */
  empty(folder: string): Promise<string>;
  stop(): Promise<void>;
}

const inFile = async (): Promise<Kept> => ({
  password: 'none',
  empty: async (folder) => pathToFileURL(join(folder, 'catalog.db')).href,
  stop: async () => undefined,
});

const onServer = (start: () => Promise<CatalogServer>) => async (): Promise<Kept> => {
  const server = await start();
  return { password: server.password, empty: () => server.emptyDatabase(), stop: () => server.stop() };
};

describe.each([
  ['in a file', inFile] as const,
  ...Object.entries(CATALOG_SERVERS).map(([name, start]) => [`on ${name}`, onServer(start)] as const),
])('a catalog %s shared by processes', (_where, keep) => {
  let kept: Kept;
  beforeAll(async () => {
    if (!existsSync(new URL('catalog/open-catalog.js', COMPILED)))
      throw new Error('dist/storage is missing: run `npm run build` first');
    kept = await keep();
  }, TIMEOUT_MS);
  afterAll(() => kept.stop());

  it.each([
    ['runs', (index: number) => ({ runId: `run ${index}`, attempt: 1 })],
    ['attempts of one run', (index: number) => ({ runId: 'run', attempt: index + 1 })],
  ])(
    'lets exactly one of 20 racing %s publish a model version',
    async (_what, holderOf) => {
      const folder = await mkdtemp(join(tmpdir(), 'plumbline-race-'));
      const { password } = kept;
      const place = { url: await kept.empty(folder), password: 'env:CATALOG_PASSWORD' };
      const outcomes = await Promise.all(
        Array.from({ length: 20 }, (_, index) =>
          race(
            { folder, place, ...holderOf(index), artifact: aModelVersion(`by ${index}`), now: NOW },
            password,
          ),
        ),
      );
      const database = await openCatalog(place, secretResolver({ CATALOG_PASSWORD: password }));
      const objects = folderObjectStore(join(folder, 'objects'));
      const versions = await modelCatalog(database, objects).versions();
      expect(versions).toHaveLength(1);
      expect(outcomes.sort()).toEqual([...Array.from({ length: 19 }, () => 'ATTEMPT_FENCED'), 'version 1']);
      expect(await artifactStore(database, objects).findStep('register')).toBe(versions[0]!.modelVersionId);
      await database.close();
      await rm(folder, { recursive: true });
    },
    TIMEOUT_MS,
  );
});
