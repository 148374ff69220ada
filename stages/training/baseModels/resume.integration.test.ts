import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, readdir, rm, stat, utimes } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { afterEach, beforeEach, describe, expect, it, jest } from '@jest/globals';
import { until } from '../../../contracts/testing/until.js';
import { sha256Hex } from '../../digest.js';
import { MemoryBlobStore, memoryStageContext } from '../../testing/index.js';
import { shardedModel } from '../testing/modelFiles.js';
import { type ModelServer, modelServer, serveRepository } from '../testing/modelServer.js';
import { withBaseModel } from './load.js';
import type { BaseModelContext } from './source.js';

jest.setTimeout(60_000);

const files = shardedModel();
const LAST = 'model-00004-of-00004.safetensors';
const HALF = Math.floor(files[LAST]!.length / 2);
const REFERENCE = 'hf:org/sharded';

let cacheDir: string;
let server: ModelServer;
let children: ChildProcess[] = [];
/** Set: the last shard stops after its half, and the connection stays open. */
let stalled: boolean;
let served: Readonly<Record<string, Uint8Array>>;

beforeEach(async () => {
  cacheDir = await mkdtemp(join(tmpdir(), 'plumbline-resume-'));
  stalled = true;
  served = files;
  server = await modelServer((request, response) => {
    if (!stalled || !request.url?.endsWith(LAST)) return serveRepository(served)(request, response);
    const bytes = files[LAST]!;
    response.writeHead(200, { etag: `"${sha256Hex(bytes)}"`, 'content-length': bytes.length });
    response.write(bytes.subarray(0, HALF));
  });
});
afterEach(async () => {
  for (const child of children) child.kill('SIGKILL');
  children = [];
  await server.close();
  await rm(cacheDir, { recursive: true });
});

const context = (signal = new AbortController().signal): BaseModelContext => ({
  ...memoryStageContext({ signal }),
  blobs: new MemoryBlobStore(),
  secrets: { resolve: () => Promise.reject(new Error('no secret is needed')) },
  cacheDir,
  hfEndpoint: server.url,
});
const load = (signal?: AbortSignal) =>
  withBaseModel(context(signal), { model: REFERENCE }, ({ model }) => Promise.resolve(model));

const root = () => join(cacheDir, 'base-models');
const entries = () => readdir(root()).catch((): string[] => []);
const lastRequest = () => server.requests.filter(({ path }) => path.endsWith(LAST)).at(-1);

const halfIsThere = () =>
  until(async () => {
    for (const name of await entries()) {
      const found = await stat(join(root(), name, `${LAST}.part`)).catch(() => null);
      if (found?.size === HALF) return join(root(), name);
    }
    return undefined;
  });

/** A process of its own that loads the model with the compiled code: `npm run build` comes first. */
const startLoading = (): ChildProcess => {
  const compiled = new URL('../../../dist/stages/training/baseModels/index.js', import.meta.url);
  const script = `
    const { withBaseModel } = await import(${JSON.stringify(compiled.href)});
    const nothing = () => undefined;
    await withBaseModel({
      now: '2026-11-23T10:00:00.000Z', signal: new AbortController().signal, progress: nothing,
      log: { info: nothing, warn: nothing, error: nothing },
      blobs: { putFile: async () => ({ sha256: '0'.repeat(64), bytes: 1 }) },
      secrets: {}, cacheDir: ${JSON.stringify(cacheDir)}, hfEndpoint: ${JSON.stringify(server.url)},
    }, { model: ${JSON.stringify(REFERENCE)} }, async () => undefined);`;
  const child = spawn(process.execPath, ['--input-type=module', '-e', script], {
    cwd: fileURLToPath(new URL('../../..', import.meta.url)),
    stdio: ['ignore', 'ignore', 'inherit'],
  });
  children.push(child);
  return child;
};

const killed = async (): Promise<string> => {
  const child = startLoading();
  const folder = await halfIsThere();
  child.kill('SIGKILL');
  await once(child, 'exit');
  return folder;
};

/** As if the process had been dead for two minutes. */
const age = async (folder: string): Promise<void> => {
  const { mtimeMs } = await stat(join(folder, '.alive'));
  await utimes(join(folder, '.alive'), mtimeMs / 1000 - 120, mtimeMs / 1000 - 120);
};

describe('a download', () => {
  it('whose process was killed goes on where it stood, and asks for no file twice', async () => {
    await age(await killed());
    const before = server.requests.length;
    stalled = false;
    const model = await load();
    expect(model.weights[LAST]?.sha256).toBe(sha256Hex(files[LAST]!));
    expect(lastRequest()?.range).toBe(`bytes=${HALF}-`);
    // What is there is asked for only if it changed; there is no single file of weights.
    const again = server.requests
      .slice(before, -1)
      .filter(({ path }) => !path.endsWith('/model.safetensors'));
    expect(again).toHaveLength(Object.keys(files).length - 1);
    expect(again.every(({ conditional }) => conditional)).toBe(true);
    expect(await entries()).toEqual([expect.stringMatching(/^[0-9a-f]{32}$/)]);
  });

  it('that was cancelled goes on at once', async () => {
    const cancellation = new AbortController();
    const first = load(cancellation.signal).catch((error: unknown) => error);
    await halfIsThere();
    cancellation.abort();
    expect(await first).toMatchObject({ code: 'CANCELLED' });
    stalled = false;
    await load();
    expect(lastRequest()?.range).toBe(`bytes=${HALF}-`);
    expect(await entries()).toHaveLength(1);
  });

  it('starts anew with a file that changed meanwhile', async () => {
    await age(await killed());
    const changed = Buffer.from(files[LAST]!);
    changed[changed.length - 1]! ^= 1;
    stalled = false;
    served = { ...files, [LAST]: changed };
    const found = await load();
    expect(found.weights[LAST]?.sha256).toBe(sha256Hex(changed));
  });

  it('of a process that lives is not touched by another, which fetches for itself', async () => {
    const child = startLoading();
    const theirs = await halfIsThere();
    stalled = false;
    await load();
    expect(lastRequest()?.range).toBeUndefined();
    expect((await stat(join(theirs, `${LAST}.part`))).size).toBe(HALF);
    expect(child.exitCode).toBeNull();
  });

  it('by several at once ends in one whole model', async () => {
    stalled = false;
    const exits = [startLoading(), startLoading()].map((child) => once(child, 'exit'));
    const models = await Promise.all([load(), load(), sleep(300).then(() => load())]);
    expect((await Promise.all(exits)).map(([code]) => code as unknown)).toEqual([0, 0]);
    for (const model of models) expect(model).toEqual(models[0]);
    expect(await entries()).toHaveLength(1);
    const requests = server.requests.length;
    await load();
    expect(server.requests).toHaveLength(requests);
  });
});
