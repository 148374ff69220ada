import { constants } from 'node:fs';
import { copyFile, readdir, readFile, realpath, stat } from 'node:fs/promises';
import { basename, dirname, isAbsolute, join, sep } from 'node:path';
import { plumblineError } from '../../../contracts/index.js';
import { throwIfCancelled } from '../../pace.js';
import { fetchModel, type PublishedFiles } from './layout.js';
import type { BaseModelContext, BaseModelSource } from './source.js';

/**
 * `file:folder` or `file:model.gguf`: a model that lies on this machine, also in the cache of huggingface_hub. It is
 * read anew each time, because the folder may change; its digests, not its path, decide what is trained.
 */
export const fileSource: BaseModelSource = {
  resumes: false,
  cacheKey: () => null,

  async fetchInto(folder, { ctx, name }) {
    const reference = `file:${name}`;
    if (!isAbsolute(name))
      throw plumblineError('BASE_MODEL_NOT_FOUND', `${reference} is not an absolute folder`);
    const gguf = name.endsWith('.gguf') && (await isFile(name)) ? basename(name) : undefined;
    const place = await placeOf(gguf === undefined ? name : dirname(name));
    return fetchModel({ files: filesOf(ctx, place), folder, reference, gguf });
  },
};

interface Place {
  readonly folder: string;
  /** No link may lead out of here. */
  readonly root: string;
}

/**
 * A folder, or the snapshot meant by a folder of huggingface_hub's cache: `models--org--name`, where
 * `snapshots/<commit>` holds links into `blobs/` and `refs/main` the commit.
 */
const placeOf = async (name: string): Promise<Place> => {
  const given = await realpath(name).catch((cause: unknown) => {
    throw plumblineError('BASE_MODEL_NOT_FOUND', `${name} cannot be read`, { cause });
  });
  if (await isCache(given)) return { folder: await snapshotOf(given), root: given };
  const cache = dirname(dirname(given));
  const isSnapshot = basename(dirname(given)) === 'snapshots' && (await isCache(cache));
  return { folder: given, root: isSnapshot ? cache : given };
};

const isCache = async (folder: string): Promise<boolean> =>
  basename(folder).startsWith('models--') && (await isFolder(join(folder, 'blobs')));

const snapshotOf = async (cache: string): Promise<string> => {
  const commit = await readFile(join(cache, 'refs', 'main'), 'utf8').then(
    (text) => text.trim(),
    () => null,
  );
  const snapshots = await readdir(join(cache, 'snapshots')).catch((): string[] => []);
  const chosen = commit ?? (snapshots.length === 1 ? snapshots[0]! : null);
  if (chosen === null || !snapshots.includes(chosen))
    throw plumblineError(
      'BASE_MODEL_NOT_FOUND',
      `${cache} has no refs/main with its snapshot; name one of its ${snapshots.length} snapshots`,
      { details: { snapshots: snapshots.slice(0, 50) } },
    );
  return join(cache, 'snapshots', chosen);
};

const filesOf = (ctx: BaseModelContext, { folder, root }: Place): PublishedFiles => ({
  list: () => readdir(folder),

  async fetch(name, path, bytesMax) {
    throwIfCancelled(ctx.signal);
    const from = join(folder, name);
    const real = await realpath(from).catch(() => null);
    if (real === null) return false;
    if (!real.startsWith(root + sep))
      throw plumblineError(
        'BASE_MODEL_UNSUPPORTED',
        `${from} is a link that leads out of ${root}; copy the file`,
      );
    const found = await stat(real);
    if (!found.isFile()) throw plumblineError('BASE_MODEL_UNSUPPORTED', `${from} is not a file`);
    if (found.size > bytesMax)
      throw plumblineError(
        'BASE_MODEL_UNSUPPORTED',
        `${from} has ${found.size} bytes; at most ${bytesMax} are read`,
      );
    ctx.progress({
      activity: `reading ${name}`,
      done: 0,
      total: found.size,
      unit: 'bytes',
      secondsLeft: null,
      figures: {},
    });
    // What is digested must be what is trained, so a copy; it shares the blocks where the file system can.
    await copyFile(real, path, constants.COPYFILE_FICLONE);
    return true;
  },
});

const isFolder = (path: string): Promise<boolean> =>
  stat(path).then(
    (found) => found.isDirectory(),
    () => false,
  );

const isFile = (path: string): Promise<boolean> =>
  stat(path).then(
    (found) => found.isFile(),
    () => false,
  );
