import { mkdir, mkdtemp, readdir, readFile, rename, rm, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { z } from 'zod';
import { canonicalJson, Sha256 } from '../../../contracts/index.js';
import { sha256Hex } from '../../digest.js';
import { MODEL_FILE_NAMES, type ModelBytes } from './source.js';

const MANIFEST = 'manifest.json';
const TEMPORARY = '.fetching-';
/** A temporary folder this old was left by a process that died. */
const ABANDONED_MS = 24 * 60 * 60_000;

const Manifest = z.record(z.enum(MODEL_FILE_NAMES), Sha256);

export interface CacheRequest {
  /** Folder that holds the cached models, one folder each. */
  readonly root: string;
  readonly key: string;
  readonly now: string;
  readonly fetchInto: (folder: string) => Promise<void>;
  /** Refuses a model before it enters the cache; what it throws reaches the caller. */
  readonly check: (bytes: ModelBytes) => void;
}

/**
 * A model's files out of the cache, fetched first when they are not there. The manifest with their digests is
 * written last and the folder appears by one rename, so that a torn or altered model is never taken for whole.
 * @throws whatever `fetchInto` and `check` throw
 */
export const cachedModel = async (request: CacheRequest): Promise<ModelBytes> => {
  const folder = join(request.root, request.key);
  const cached = await readVerified(folder);
  if (cached !== null) return cached;
  await mkdir(request.root, { recursive: true });
  await removeAbandoned(request.root, Date.parse(request.now));
  return withTemporaryFolder(request.root, async (temporary) => {
    await request.fetchInto(temporary);
    const bytes = await readModel(temporary);
    request.check(bytes);
    const digests = MODEL_FILE_NAMES.map((name) => [name, sha256Hex(bytes[name])] as const);
    await writeFile(join(temporary, MANIFEST), canonicalJson(Object.fromEntries(digests)));
    await takePlace(temporary, folder);
    return bytes;
  });
};

/** Runs `work` with a fresh folder under `root` and removes what is left of it. */
export const withTemporaryFolder = async <T>(
  root: string,
  work: (folder: string) => Promise<T>,
): Promise<T> => {
  await mkdir(root, { recursive: true });
  const temporary = await mkdtemp(join(root, TEMPORARY));
  try {
    return await work(temporary);
  } finally {
    await rm(temporary, { recursive: true, force: true });
  }
};

export const readModel = async (folder: string): Promise<ModelBytes> => {
  const read = (name: string) => readFile(join(folder, name));
  return {
    'config.json': await read('config.json'),
    'tokenizer.json': await read('tokenizer.json'),
    'model.safetensors': await read('model.safetensors'),
  };
};

const readVerified = async (folder: string): Promise<ModelBytes | null> => {
  try {
    const manifest = Manifest.parse(JSON.parse(await readFile(join(folder, MANIFEST), 'utf8')));
    const bytes = await readModel(folder);
    return MODEL_FILE_NAMES.every((name) => sha256Hex(bytes[name]) === manifest[name]) ? bytes : null;
  } catch {
    // Missing, torn or altered: each means that it is fetched again.
    return null;
  }
};

/** Moves the whole model to its place. A valid one that another process put there meanwhile is kept. */
const takePlace = async (temporary: string, folder: string): Promise<void> => {
  if ((await readVerified(folder)) === null) await rm(folder, { recursive: true, force: true });
  try {
    await rename(temporary, folder);
  } catch (failure) {
    if ((await readVerified(folder)) === null) throw failure;
  }
};

const removeAbandoned = async (root: string, nowMs: number): Promise<void> => {
  for (const name of await readdir(root)) {
    if (!name.startsWith(TEMPORARY)) continue;
    const folder = join(root, name);
    // It may vanish while it is looked at, when its process ends in order.
    const modifiedMs = await stat(folder).then(
      ({ mtimeMs }) => mtimeMs,
      () => nowMs,
    );
    if (nowMs - modifiedMs > ABANDONED_MS) await rm(folder, { recursive: true, force: true });
  }
};
