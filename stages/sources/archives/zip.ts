import iconv from 'iconv-lite';
import { type Entry, openPromise, type ZipFile } from 'yauzl';
import { FileFault } from '../formats/fileFault.js';
import { type ArchiveReader, memberName } from './archive.js';
import { unpackTo } from './unpacking.js';

const UTF8_NAMES = 0x800;
const strictUtf8 = new TextDecoder('utf-8', { fatal: true });

/** APPNOTE 4.3.17 and appendix D: UTF-8 where the flag says so, else code page 437; many writers forget the flag. */
const nameOf = (entry: Entry): string => {
  const bytes = entry.fileName as unknown as Buffer;
  try {
    return memberName(strictUtf8.decode(bytes));
  } catch {
    const isUtf8 = (entry.generalPurposeBitFlag & UTF8_NAMES) !== 0;
    return memberName(isUtf8 ? bytes.toString() : iconv.decode(bytes, 'cp437'));
  }
};

const openZip = async (file: string): Promise<ZipFile> => {
  try {
    // Names stay bytes: as strings the library refuses those with `..`, which are only labels here.
    return await openPromise(file, { autoClose: false, decodeStrings: false, validateEntrySizes: true });
  } catch {
    throw new FileFault('malformed-zip');
  }
};

/** What the Finder of macOS keeps beside each file. */
const IS_NO_FILE = /(^|\/)(__MACOSX\/|\.DS_Store$)|\/$/;

/** A zip archive (PKWARE APPNOTE), by its central directory: a member that is not listed there does not exist. */
export const zip: ArchiveReader = async function* (file, _name, budget) {
  const archive = await openZip(file);
  try {
    const entries = archive.eachEntry();
    for (;;) {
      const next = await entries.next().catch(() => {
        throw new FileFault('malformed-zip', false);
      });
      if (next.done === true) return;
      const entry = next.value;
      budget.takeEntry();
      const name = nameOf(entry);
      if (IS_NO_FILE.test(name)) continue;
      yield {
        name,
        unpack: async (path) => {
          if (entry.isEncrypted()) throw new FileFault('encrypted');
          try {
            const unpacked = await archive.openReadStreamPromise(entry);
            await unpackTo(path, unpacked, entry.compressedSize, budget);
          } catch (thrown) {
            throw thrown instanceof FileFault ? thrown : new FileFault('malformed-zip');
          }
        },
      };
    }
  } finally {
    archive.close();
  }
};
