import type { FilesSource } from '../../../contracts/index.js';
import { conll } from './conll.js';
import { csv } from './csv.js';
import { eml } from './eml.js';
import type { FormatReader } from './format.js';
import { jsonl } from './jsonl.js';
import { mbox } from './mbox.js';
import { parquet } from './parquet.js';

interface Format {
  readonly read: FormatReader;
  /** Many small files are read side by side; of large ones, one at a time keeps memory bounded. */
  readonly filesAtOnce: number;
}

/** A new format is one file and one line here. */
export const FORMATS: { readonly [K in FilesSource['format']]: Format } = {
  eml: { read: eml, filesAtOnce: 16 },
  mbox: { read: mbox, filesAtOnce: 1 },
  jsonl: { read: jsonl, filesAtOnce: 1 },
  csv: { read: csv, filesAtOnce: 1 },
  parquet: { read: parquet, filesAtOnce: 1 },
  conll: { read: conll, filesAtOnce: 1 },
};
