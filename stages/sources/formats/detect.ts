import { open } from 'node:fs/promises';
import { FileFault } from './fileFault.js';
import type { FormatName } from './index.js';

export type ContainerName = 'zip' | 'gzip' | 'tar';

const HEAD_BYTES = 1024;

/** By the last extension of the name. */
const EXTENSIONS: Readonly<Record<string, FormatName | ContainerName>> = {
  eml: 'eml',
  mbox: 'mbox',
  jsonl: 'jsonl',
  ndjson: 'jsonl',
  json: 'json',
  csv: 'csv',
  parquet: 'parquet',
  conll: 'conll',
  txt: 'txt',
  text: 'txt',
  md: 'txt',
  html: 'html',
  htm: 'html',
  xhtml: 'html',
  pdf: 'pdf',
  docx: 'docx',
  jpg: 'image',
  jpeg: 'image',
  png: 'image',
  webp: 'image',
  avif: 'image',
  tif: 'image',
  tiff: 'image',
  wav: 'audio',
  flac: 'audio',
  mp3: 'audio',
  ogg: 'audio',
  oga: 'audio',
  zip: 'zip',
  gz: 'gzip',
  tgz: 'gzip',
  tar: 'tar',
};

const startsWith =
  (text: string, from = 0) =>
  (head: Buffer): boolean =>
    head.subarray(from, from + text.length).toString('latin1') === text;
const both =
  (...tests: readonly ((head: Buffer) => boolean)[]) =>
  (head: Buffer): boolean =>
    tests.every((test) => test(head));

/** The first bytes that tell a binary format; the first that fits counts. */
const SIGNATURES: readonly (readonly [FormatName | ContainerName, (head: Buffer) => boolean])[] = [
  ['pdf', startsWith('%PDF-')],
  ['zip', startsWith('PK\x03\x04')],
  ['zip', startsWith('PK\x05\x06')],
  ['gzip', startsWith('\x1f\x8b')],
  ['tar', startsWith('ustar', 257)],
  ['parquet', startsWith('PAR1')],
  ['image', startsWith('\xff\xd8\xff')],
  ['image', startsWith('\x89PNG\r\n\x1a\n')],
  ['image', both(startsWith('RIFF'), startsWith('WEBP', 8))],
  ['image', startsWith('II*\0')],
  ['image', startsWith('MM\0*')],
  ['image', startsWith('ftypavif', 4)],
  ['image', startsWith('ftypavis', 4)],
  ['audio', both(startsWith('RIFF'), startsWith('WAVE', 8))],
  ['audio', startsWith('fLaC')],
  ['audio', startsWith('OggS')],
  ['audio', startsWith('ID3')],
  ['audio', (head) => head[0] === 0xff && [0xfb, 0xfa, 0xf3, 0xf2].includes(head[1] ?? 0)],
];

const headOf = async (file: string): Promise<Buffer> => {
  const handle = await open(file, 'r');
  try {
    const { buffer, bytesRead } = await handle.read(Buffer.alloc(HEAD_BYTES), 0, HEAD_BYTES, 0);
    return buffer.subarray(0, bytesRead);
  } finally {
    await handle.close();
  }
};

const extensionOf = (path: string): string => /\.([^./]+)$/.exec(path)?.[1]?.toLowerCase() ?? '';

/** Text that has no extension we know: a byte order mark, or UTF-8 without NUL. The head may end within a character. */
const isText = (head: Buffer): boolean => {
  if (startsWith('\xff\xfe')(head) || startsWith('\xfe\xff')(head)) return true;
  if (head.includes(0)) return false;
  const text = head.toString().replace(/\uFFFD$/, '');
  return !text.includes('\uFFFD');
};

const textFormat = (head: Buffer): FormatName => {
  if (startsWith('From ')(head)) return 'mbox';
  return /^\uFEFF?\s*<(!doctype html|html)[\s>]/i.test(head.toString()) ? 'html' : 'txt';
};

const CONTAINERS: ReadonlySet<string> = new Set<ContainerName>(['zip', 'gzip', 'tar']);
const isContainer = (name: string | undefined): name is ContainerName =>
  name !== undefined && CONTAINERS.has(name);

/** What a file is by its first bytes and the extension of its name; a binary signature is believed before a name. */
const detect = (path: string, head: Buffer): FormatName | ContainerName => {
  const named = EXTENSIONS[extensionOf(path)];
  const signed = SIGNATURES.find(([, fits]) => fits(head))?.[0];
  if (named === 'docx' && signed === 'zip') return 'docx';
  if (signed !== undefined) return signed;
  if (named !== undefined && !isContainer(named)) return named;
  if (named !== undefined) throw new FileFault(`malformed-${named}`);
  if (isText(head)) return textFormat(head);
  throw new FileFault('unknown-format');
};

/**
 * How a file is to be read. With a format that the source names, archives and compressed files are still opened where
 * their extension says so.
 * @throws FileFault for what is of no known format
 */
export const formatOf = async (
  file: string,
  path: string,
  format: FormatName | 'auto',
): Promise<FormatName | ContainerName> => {
  const named = EXTENSIONS[extensionOf(path)];
  if (format !== 'auto' && !isContainer(named)) return format;
  const head = await headOf(file);
  if (format === 'auto') return detect(path, head);
  const found = detect(path, head);
  return isContainer(found) ? found : format;
};

/** Whether a name is that of a picture or sound. */
export const isMediaPath = (path: string): boolean => {
  const named = EXTENSIONS[extensionOf(path)];
  return named === 'image' || named === 'audio';
};
