import type { FilesSource } from '../../../contracts/index.js';
import { conll } from './conll.js';
import { csv } from './csv.js';
import { docx, html, pdf, txt } from './documents.js';
import { eml } from './eml.js';
import type { FormatReader } from './format.js';
import { json } from './json.js';
import { jsonl } from './jsonl.js';
import { mbox } from './mbox.js';
import { audio, image } from './media.js';
import { parquet } from './parquet.js';

export type FormatName = Exclude<FilesSource['format'], 'auto'>;

/** A new format is one file, its extensions in detect.ts, and one line here. */
export const FORMATS: { readonly [K in FormatName]: FormatReader } = {
  eml,
  mbox,
  json,
  jsonl,
  csv,
  parquet,
  conll,
  txt,
  html,
  pdf,
  docx,
  image,
  audio,
};
