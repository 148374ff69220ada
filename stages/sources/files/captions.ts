import type { FilesSource } from '../../../contracts/index.js';
import type { Caption } from '../../captionedFile.js';
import { isMediaPath } from '../formats/detect.js';
import { FileFault } from '../formats/fileFault.js';
import { gatherFile } from '../formats/wholeFile.js';
import type { FileRoot } from './fileRoot.js';

const KINDS = ['json', 'txt'] as const;

const stemOf = (path: string): string => path.replace(/\.[^./]+$/, '');

const readsMedia = ({ format }: FilesSource): boolean =>
  format === 'auto' || format === 'image' || format === 'audio';

/** The files without those that only tell of a picture or sound beside them. */
export const withoutCaptions = (source: FilesSource, paths: readonly string[]): readonly string[] => {
  if (!readsMedia(source)) return paths;
  const stems = new Set(paths.filter(isMediaPath).map(stemOf));
  return paths.filter((path) => !(/\.(txt|json)$/i.test(path) && stems.has(stemOf(path))));
};

/** What lies beside a picture or sound: the JSON file of its name, else the text file. @throws FileFault */
export const captionOf = async (
  source: FilesSource,
  root: FileRoot,
  path: string,
): Promise<Caption | null> => {
  if (!readsMedia(source) || !isMediaPath(path)) return null;
  for (const kind of KINDS) {
    const beside = `${stemOf(path)}.${kind}`;
    if (!(await root.has(beside))) continue;
    const gathered = root.lend(beside, async function* (file) {
      yield await gatherFile(file, source.recordBytesMax);
    });
    for await (const { raw } of gathered) {
      if (raw === null) throw new FileFault('malformed-caption');
      return { kind, bytes: raw };
    }
  }
  return null;
};
