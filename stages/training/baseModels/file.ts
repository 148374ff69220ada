import { copyFile, stat } from 'node:fs/promises';
import { isAbsolute, join } from 'node:path';
import { plumblineError } from '../../../contracts/index.js';
import { type BaseModelSource, MODEL_FILE_NAMES, MODEL_FILES } from './source.js';

/**
 * `file:folder`: a model that lies on this machine. It is read anew each time, because the folder may change;
 * its digests, not its path, decide what is trained.
 */
export const fileSource: BaseModelSource = {
  cacheKey: () => null,

  async fetchInto(folder, { name }) {
    if (!isAbsolute(name))
      throw plumblineError('BASE_MODEL_NOT_FOUND', `file:${name} is not an absolute folder`);
    for (const file of MODEL_FILE_NAMES) {
      const path = join(name, file);
      const { size } = await stat(path).catch((cause: unknown) => {
        throw plumblineError('BASE_MODEL_NOT_FOUND', `${path} cannot be read`, { cause });
      });
      if (size > MODEL_FILES[file])
        throw plumblineError(
          'BASE_MODEL_UNSUPPORTED',
          `${path} has ${size} bytes; at most ${MODEL_FILES[file]} are read`,
        );
      await copyFile(path, join(folder, file));
    }
  },
};
