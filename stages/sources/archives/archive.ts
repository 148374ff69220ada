import type { UnpackingBudget } from './unpacking.js';

/** A file within a file, lent as a temporary file while it is looked at. */
export interface Member {
  /** As the archive says, with forward slashes; of a compressed file, its name without the extension. A label, never a path. */
  readonly name: string;
  /** Writes its bytes. @throws FileFault about this member */
  readonly unpack: (path: string) => Promise<void>;
}

/** The files of an archive in their order; folders and links are passed over. @throws FileFault about the archive */
export type ArchiveReader = (
  file: string,
  /** Of the archive, for what has no names within. */
  name: string,
  budget: UnpackingBudget,
) => AsyncIterable<Member>;

/** NUL and control characters would break the lines that labels are shown in. */
export const memberName = (text: string): string =>
  // biome-ignore lint/suspicious/noControlCharactersInRegex: those are what is replaced.
  text.replaceAll('\\', '/').replace(/[\u0000-\u001f\u007f]/g, '\uFFFD');
