import { access, constants, realpath, stat } from 'node:fs/promises';
import { resolve, sep } from 'node:path';
import { glob } from 'tinyglobby';
import { type FilesSource, plumblineError } from '../../../contracts/index.js';
import { FileFault } from '../formats/fileFault.js';
import type { FileRoot } from './fileRoot.js';

const check = async ({ root, name }: FilesSource): Promise<void> => {
  try {
    await access(root, constants.R_OK | constants.X_OK);
  } catch (cause) {
    throw plumblineError(
      'SOURCE_UNREADABLE',
      `the folder ${root} of source ${name} cannot be read: ${cause instanceof Error ? cause.message : String(cause)}`,
      { cause },
    );
  }
};

/** A folder of this machine. Symbolic links are followed as long as they stay in it. */
export const localRoot = (source: FilesSource): FileRoot => {
  const { root, fileBytesMax } = source;
  let real: Promise<string> | undefined;

  const checkPlace = async (file: string): Promise<void> => {
    real ??= realpath(root);
    const [folder, target] = await Promise.all([real, realpath(file)]);
    if (!target.startsWith(folder.endsWith(sep) ? folder : `${folder}${sep}`))
      throw new FileFault('outside-root');
    if ((await stat(target)).size > fileBytesMax) throw new FileFault('file-too-large');
  };

  return {
    list: async () => {
      await check(source);
      const found = await glob(source.include, {
        cwd: root,
        ignore: source.exclude,
        onlyFiles: true,
        expandDirectories: false,
      });
      return found.map((path) => path.replaceAll('\\', '/'));
    },
    has: async (path) => {
      try {
        return (await stat(resolve(root, path))).isFile();
      } catch {
        return false;
      }
    },
    lend: async function* (path, use) {
      const file = resolve(root, path);
      await checkPlace(file);
      yield* use(file);
    },
  };
};
