import { constants } from 'node:fs';
import { cp, mkdir, mkdtemp, readdir, rename, rm, stat, writeFile } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { type ErrorCode, toPlumblineError } from '../../../contracts/index.js';

/** Being worked in; what a process that died left has an old sign of life. */
const WORKING = '.fetching-';
/** Left by an attempt that failed and ended; free to be taken over. */
const LEFT = '.unfinished-';
/** A file of a working folder that is written again and again while its process lives. */
const ALIVE = '.alive';
const ALIVE_EVERY_MS = 5_000;
/** Without a sign of life for this long, the process is taken for dead. */
const DEAD_AFTER_MS = 60_000;
/** Nobody will go on with a folder this old. */
const ABANDONED_MS = 24 * 60 * 60_000;

/** After these a later attempt can use what has come. */
const WORTH_KEEPING: readonly ErrorCode[] = ['BASE_MODEL_UNAVAILABLE', 'CANCELLED', 'WORKER_STOPPED'];

export interface WorkingFolderRequest {
  readonly root: string;
  /** Names the work, so that a later attempt finds what an earlier one left. */
  readonly key: string;
  readonly resumes: boolean;
}

/**
 * Runs `work` with a folder of its own under `root` and removes what is left of it. Where the work resumes, the folder
 * first gets the files of an attempt at the same key that failed or died, and they stay for the next attempt when this
 * one is cut off. No two attempts ever write into the same file.
 */
export const withWorkingFolder = async <T>(
  { root, key, resumes }: WorkingFolderRequest,
  work: (folder: string) => Promise<T>,
): Promise<T> => {
  await mkdir(root, { recursive: true });
  const folder = await mkdtemp(join(root, `${WORKING}${key}-`));
  const alive = () => writeFile(join(folder, ALIVE), '.');
  await alive();
  const heartbeat = setInterval(() => void alive().catch(() => {}), ALIVE_EVERY_MS).unref();
  try {
    if (resumes) await takeOver(root, key, folder);
    return await work(folder);
  } catch (failure) {
    if (resumes && WORTH_KEEPING.includes(toPlumblineError(failure).code)) await leave(root, folder);
    throw failure;
  } finally {
    clearInterval(heartbeat);
    await rm(folder, { recursive: true, force: true });
  }
};

/** Removes what nobody came back for. */
export const removeAbandoned = async (root: string, nowMs: number): Promise<void> => {
  for (const name of await readdir(root).catch((): string[] => [])) {
    if (!name.startsWith(WORKING) && !name.startsWith(LEFT)) continue;
    const folder = join(root, name);
    if (nowMs - (await lastSignMs(folder, nowMs)) > ABANDONED_MS)
      await rm(folder, { recursive: true, force: true });
  }
};

/** By the clock of the file system, which all processes share. */
const lastSignMs = async (folder: string, otherwise: number): Promise<number> => {
  for (const path of [join(folder, ALIVE), folder]) {
    const found = await stat(path).catch(() => null);
    if (found !== null) return found.mtimeMs;
  }
  // It vanished while it was looked at: its process ended in order.
  return otherwise;
};

const takeOver = async (root: string, key: string, folder: string): Promise<void> => {
  const nowMs = await lastSignMs(folder, Number.NEGATIVE_INFINITY);
  for (const name of await readdir(root)) {
    const theirs = join(root, name);
    const isDead = async () => nowMs - (await lastSignMs(theirs, nowMs)) > DEAD_AFTER_MS;
    const free =
      name.startsWith(`${LEFT}${key}-`) || (name.startsWith(`${WORKING}${key}-`) && (await isDead()));
    if (!free || theirs === folder) continue;
    const taken = join(folder, '.taken');
    // One rename wins of all attempts that want it.
    const won = await rename(theirs, taken).then(
      () => true,
      () => false,
    );
    if (!won) continue;
    // Copied, since a process that only seemed dead may still hold the files open and write into them.
    await cp(taken, folder, {
      recursive: true,
      mode: constants.COPYFILE_FICLONE,
      filter: (path) => basename(path) !== ALIVE,
    });
    await rm(taken, { recursive: true });
    return;
  }
};

const leave = async (root: string, folder: string): Promise<void> => {
  const files = (await readdir(folder)).filter((name) => name !== ALIVE);
  if (files.length === 0) return;
  const name = basename(folder).slice(WORKING.length);
  await rename(folder, join(root, LEFT + name)).catch(() => {});
};
