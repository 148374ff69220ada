import { z } from 'zod';
import { SecretRef } from '../fields.js';
import { sourceFields } from './common.js';

/** Files of a folder, of a bucket, or of HDFS. */
export const FilesSource = z.strictObject({
  connector: z.literal('files').describe('Reads files.'),
  root: z
    .string()
    .default('.')
    .describe(
      'Where the globs start from: a folder relative to the pipeline file, `s3://bucket/prefix?endpoint=http://host:9000&region=eu-central-1`, or `webhdfs://user@namenode:9870/folder`.',
    ),
  credentials: z
    .strictObject({
      accessKey: SecretRef.describe('Reference to the access key of `s3:`.'),
      secretKey: SecretRef.describe('Reference to the secret key of `s3:`.'),
    })
    .optional()
    .describe('For `s3:`; without it the bucket is read without a name.'),
  include: z.array(z.string().min(1)).min(1).describe('Globs of the files to read, relative to `root`.'),
  exclude: z.array(z.string().min(1)).default([]).describe('Globs of files to leave out.'),
  format: z
    .enum([
      'eml',
      'mbox',
      'json',
      'jsonl',
      'csv',
      'parquet',
      'conll',
      'txt',
      'html',
      'pdf',
      'docx',
      'image',
      'audio',
      'auto',
    ])
    .describe(
      'eml: one RFC 822 mail a file; mbox: many; json, jsonl, csv, parquet: one record a row; conll: a word a line with its BIO tag last, an empty line after each sentence; txt, html, pdf, docx: one document a file; image: JPEG, PNG, WebP, AVIF or TIFF; audio: WAV, FLAC, MP3 or Ogg Vorbis; auto: each file by its extension and first bytes. Files named .zip, .gz, .tgz and .tar are opened, and their members read in this format.',
    ),
  list: z
    .string()
    .regex(/^(\/([^~/]|~[01])*)*$/, 'a JSON pointer: empty, or /key/0/key')
    .default('')
    .describe('For json: JSON pointer to the list of records; by default the whole document is the list.'),
  location: z
    .boolean()
    .default(false)
    .describe('For image: whether latitude and longitude are fields; the file itself keeps what it has.'),
  fileBytesMax: z
    .number()
    .int()
    .positive()
    .default(16 * 2 ** 30)
    .describe(
      'Larger files are quarantined; bounds the temporary copy of a remote file, and what all archives within one file unpack to.',
    ),
  ...sourceFields,
});
export type FilesSource = z.infer<typeof FilesSource>;
