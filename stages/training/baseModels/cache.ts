import { readdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { z } from 'zod';
import { canonicalJson, Sha256 } from '../../../contracts/index.js';
import { throwIfCancelled } from '../../pace.js';
import type { BaseModelContext } from './source.js';
import { digestModel, type StoredModel } from './storedModel.js';
import { removeAbandoned, withWorkingFolder } from './workingFolder.js';

const MANIFEST = 'manifest.json';
const Manifest = z.record(z.string(), Sha256);

export interface CacheRequest {
  readonly ctx: BaseModelContext;
  /** Folder that holds the cached models, one folder each. */
  readonly root: string;
  readonly key: string;
  /** Whether `fetchInto` goes on from what an earlier attempt left in the folder. */
  readonly resumes: boolean;
  /** Writes the files into the folder. @returns their names */
  readonly fetchInto: (folder: string) => Promise<readonly string[]>;
  /** Refuses a model before it enters the cache; what it throws reaches the caller. */
  readonly check: (model: StoredModel) => Promise<void>;
}

/**
 * A model's files out of the cache, fetched first when they are not there. The manifest with their digests is
 * written last and the folder appears by one rename, so that a torn or altered model is never taken for whole.
 * @throws whatever `fetchInto` and `check` throw
 */
export const cachedModel = async (request: CacheRequest): Promise<StoredModel> => {
  const { ctx, root, key, resumes } = request;
  const folder = join(root, key);
  const cached = await readVerified(ctx, folder);
  if (cached !== null) return cached;
  await removeAbandoned(root, Date.parse(ctx.now));
  return withWorkingFolder({ root, key, resumes }, async (working) => {
    const names = await request.fetchInto(working);
    await removeOthers(working, names);
    const model = await digestModel(ctx, working, names);
    await request.check(model);
    const digests = [...model.files].map(([name, { sha256 }]) => [name, sha256] as const);
    await writeFile(join(working, MANIFEST), canonicalJson(Object.fromEntries(digests)));
    return (await takePlace(ctx, working, folder)) ?? { ...model, folder };
  });
};

/** The files of a transfer are of no use any more. */
const removeOthers = async (folder: string, names: readonly string[]): Promise<void> => {
  const kept = (name: string) => names.some((file) => file === name || file.startsWith(`${name}/`));
  for (const name of await readdir(folder))
    if (!kept(name)) await rm(join(folder, name), { recursive: true });
};

const readVerified = async (ctx: BaseModelContext, folder: string): Promise<StoredModel | null> => {
  try {
    const manifest = Manifest.parse(JSON.parse(await readFile(join(folder, MANIFEST), 'utf8')));
    const model = await digestModel(ctx, folder, Object.keys(manifest));
    return [...model.files].every(([name, { sha256 }]) => sha256 === manifest[name]) ? model : null;
  } catch {
    throwIfCancelled(ctx.signal);
    // Missing, torn or altered: each means that it is fetched again.
    return null;
  }
};

/**
 * Moves the whole model to its place. A valid one that another process put there meanwhile stays, since it may be in
 * use. @returns that one, or null
 */
const takePlace = async (
  ctx: BaseModelContext,
  working: string,
  folder: string,
): Promise<StoredModel | null> => {
  for (;;) {
    try {
      await rename(working, folder);
      return null;
    } catch (failure) {
      if (!isTaken(failure)) throw failure;
    }
    const theirs = await readVerified(ctx, folder);
    if (theirs !== null) return theirs;
    // One rename wins; whoever loses finds the place free or taken again.
    const damaged = join(working, '.damaged');
    await rename(folder, damaged).catch(() => {});
    await rm(damaged, { recursive: true, force: true });
  }
};

const isTaken = (failure: unknown): boolean =>
  ['ENOTEMPTY', 'EEXIST'].includes(String((failure as NodeJS.ErrnoException).code));
