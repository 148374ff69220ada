import type { ContainerName } from '../formats/detect.js';
import type { ArchiveReader } from './archive.js';
import { gzip } from './gzip.js';
import { tar } from './tar.js';
import { zip } from './zip.js';

/** A new kind of archive is one file, its extension and signature in formats/detect.ts, and one line here. */
export const ARCHIVES: { readonly [K in ContainerName]: ArchiveReader } = { zip, gzip, tar };

export { Scratch, UnpackingBudget } from './unpacking.js';
