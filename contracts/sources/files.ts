import { z } from 'zod';
import { sourceFields } from './common.js';

/** Files of a folder. */
export const FilesSource = z.strictObject({
  connector: z.literal('files').describe('Reads local files.'),
  root: z.string().default('.').describe('Folder the globs start from, relative to the pipeline file.'),
  include: z.array(z.string().min(1)).min(1).describe('Globs of the files to read, relative to `root`.'),
  exclude: z.array(z.string().min(1)).default([]).describe('Globs of files to leave out.'),
  format: z
    .enum(['eml', 'mbox', 'jsonl', 'csv', 'parquet', 'conll'])
    .describe(
      'eml: one RFC 822 mail a file; mbox: many; jsonl, csv, parquet: one record a row; conll: a word a line with its BIO tag last, an empty line after each sentence.',
    ),
  ...sourceFields,
});
export type FilesSource = z.infer<typeof FilesSource>;
