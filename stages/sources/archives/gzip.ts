import { createReadStream } from 'node:fs';
import { stat } from 'node:fs/promises';
import { basename } from 'node:path';
import { createGunzip } from 'node:zlib';
import { FileFault } from '../formats/fileFault.js';
import type { ArchiveReader } from './archive.js';
import { unpackTo } from './unpacking.js';

const TRUNCATED = 'Z_BUF_ERROR';

/** A compressed file (RFC 1952), as an archive of one member. */
export const gzip: ArchiveReader = async function* (file, name, budget) {
  budget.takeEntry();
  yield {
    name: basename(name)
      .replace(/\.tgz$/i, '.tar')
      .replace(/\.gz$/i, ''),
    unpack: async (path) => {
      const packed = createReadStream(file);
      const unpacked = createGunzip();
      packed.once('error', (thrown) => unpacked.destroy(thrown));
      try {
        await unpackTo(path, packed.pipe(unpacked), (await stat(file)).size, budget);
      } catch (thrown) {
        if (thrown instanceof FileFault) throw thrown;
        throw new FileFault(
          (thrown as { code?: unknown }).code === TRUNCATED ? 'truncated' : 'malformed-gzip',
        );
      } finally {
        packed.destroy();
      }
    },
  };
};
