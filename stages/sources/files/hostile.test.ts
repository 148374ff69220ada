import { readdir, readFile, symlink } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { crc32, gzipSync } from 'node:zlib';
import { describe, expect, it } from '@jest/globals';
import { withFiles } from '../../testing/index.js';
import { readSource, textOf } from './testing/readSource.js';
import { zipOf } from './testing/zipOf.js';

const goldens = fileURLToPath(new URL('goldens', import.meta.url));
const golden = (name: string) => readFile(join(goldens, name));
const half = (bytes: Buffer) => bytes.subarray(0, bytes.byteLength / 2);
const GOOD = { 'z/good.txt': 'still read' };

/** What each file came to: its fault, or how many records it gave. */
const outcomes = (files: Readonly<Record<string, string | Uint8Array>>, section: object = {}) =>
  withFiles({ ...files, ...GOOD }, async (root) => {
    const records = await readSource({ root, ...section });
    expect(records.at(-1)).toMatchObject({ path: 'z/good.txt', fault: null });
    return Object.fromEntries(records.slice(0, -1).map(({ path, fault }) => [path, fault]));
  });

const scratchFolders = async () =>
  (await readdir(tmpdir())).filter((name) => name.startsWith('plumbline-files-')).length;

describe('a faulty file', () => {
  it('is quarantined whole with its reason, and the rest goes on', async () => {
    const files = {
      'a.parquet': half(await golden('snappy.parquet')),
      'b.json': half(await golden('nested.json')),
      'c.jpg': half(await golden('cat.jpg')),
      'd.flac': Buffer.from('fLaC and nothing else'),
      'e.zip': half(await golden('members.zip')),
      'f.csv.gz': half(await golden('rows.csv.gz')),
      'g.pdf': Buffer.from('no pdf'),
      'h.docx': Buffer.from('no docx'),
      'i.bin': Buffer.from([0, 1, 2, 3]),
      'j.mbox': 'Subject: no postmark\n\nx',
      'k.tar': Buffer.from('no tar'),
      'l.json': '{"a":1} x',
      'm.json': '[{"a":1},]',
    };
    expect(await outcomes(files)).toEqual({
      'a.parquet': 'malformed-parquet',
      'b.json': 'truncated',
      'c.jpg': 'malformed-image',
      'd.flac': 'malformed-audio',
      'e.zip': 'malformed-zip',
      'f.csv.gz!/f.csv': 'truncated',
      'g.pdf': 'malformed-pdf',
      'h.docx': 'malformed-docx',
      'i.bin': 'unknown-format',
      'j.mbox': 'malformed-mbox',
      'k.tar': 'malformed-tar',
      'l.json': 'malformed-json',
      'm.json': 'malformed-json',
    });
  });

  it('keeps its bytes in quarantine as long as they are within the limit, and what was read before', () =>
    withFiles({ 'a.json': '[{"a":1},{"a":2},', 'b.json': `[${'{"a":1},'.repeat(50)}` }, async (root) => {
      const records = await readSource({ root, recordBytesMax: 100 });
      const summary = records.map(({ position, fault, raw }) => [position, fault, raw?.byteLength]);
      expect(summary.slice(0, 3)).toEqual([
        [0, null, 7],
        [1, null, 7],
        [2, 'truncated', 17],
      ]);
      expect(records).toHaveLength(3 + 50 + 1);
      expect(summary.at(-1)).toEqual([50, 'truncated', undefined]);
    }));

  it('stops the source when there is no other', () =>
    withFiles({ 'a.json': '[', 'b.jpg': 'x' }, async (root) => {
      await expect(readSource({ root })).rejects.toMatchObject({
        code: 'SOURCE_UNREADABLE',
        message: expect.stringContaining('a.json: truncated'),
      });
    }));

  it('may not be larger than the source allows', async () => {
    expect(await outcomes({ 'a.txt': 'x'.repeat(1001) }, { fileBytesMax: 1000 })).toEqual({
      'a.txt': 'file-too-large',
    });
  });

  it('of an invalid encoding is kept as text, whose charset cleaning finds; as JSON its items are quarantined', async () => {
    const latin = Buffer.from([0x5b, 0x7b, 0x22, 0x61, 0x22, 0x3a, 0x22, 0xe9, 0x22, 0x7d, 0x5d]);
    expect(await outcomes({ 'a.txt': Buffer.from([0x63, 0xe9]), 'b.json': latin })).toEqual({
      'a.txt': null,
      'b.json': 'not-utf-8',
    });
  });
});

describe('a symbolic link', () => {
  it('is followed within the root, and quarantined unread where it leaves it', () =>
    withFiles({ 'secret.txt': 'outside', 'in/real.txt': 'inside' }, async (folder) => {
      const root = join(folder, 'in');
      await symlink(join(folder, 'secret.txt'), join(root, 'out.txt'));
      await symlink(join(root, 'real.txt'), join(root, 'same.txt'));
      await symlink(root, join(root, 'loop'));
      await symlink(folder, join(root, 'up'));
      const records = await readSource({ root });
      const found = Object.fromEntries(records.map(({ path, fault }) => [path, fault]));
      expect(found).toMatchObject({ 'out.txt': 'outside-root', 'real.txt': null, 'same.txt': null });
      expect(records.filter((record) => textOf(record).includes('outside'))).toEqual([]);
    }));
});

describe('an archive', () => {
  const zeros = (bytes: number) => Buffer.alloc(bytes);

  it('that unpacks to too much ends there, in whatever depth the bytes lie', async () => {
    const inner = zipOf({ 'a.txt': zeros(400_000), 'b.txt': zeros(400_000), 'c.txt': zeros(400_000) });
    const found = await outcomes(
      { 'bomb.zip': zipOf({ 'first.txt': 'read', 'inner.zip': inner, 'never.txt': 'not read' }) },
      { fileBytesMax: 1_000_000 },
    );
    expect(found).toEqual({
      'bomb.zip!/first.txt': null,
      'bomb.zip!/inner.zip!/a.txt': null,
      'bomb.zip!/inner.zip!/b.txt': null,
      'bomb.zip': 'unpacks-too-large',
    });
  });

  it('gives up a member of a ratio that only bombs have, and reads on', async () => {
    const found = await outcomes({
      'ratio.zip': zipOf({ 'bomb.txt': zeros(20 * 2 ** 20), 'fine.txt': 'fine' }),
      'ratio.txt.gz': gzipSync(zeros(20 * 2 ** 20)),
    });
    expect(found).toEqual({
      'ratio.txt.gz!/ratio.txt': 'compression-ratio',
      'ratio.zip!/bomb.txt': 'compression-ratio',
      'ratio.zip!/fine.txt': null,
    });
  });

  it('is not opened deeper than four archives', async () => {
    let nested: Uint8Array = Buffer.from('deep');
    let name = 'deep.txt';
    for (let depth = 5; depth >= 1; depth -= 1) {
      nested = zipOf({ [name]: nested });
      name = `${depth}.zip`;
    }
    expect(await outcomes({ 'nested.zip': nested })).toEqual({
      'nested.zip!/2.zip!/3.zip!/4.zip!/5.zip': 'nested-too-deeply',
    });
  });

  it('that is a quine of itself ends too', async () => {
    // A member that is a copy of the archive's first bytes is no archive; what ends the reading is the depth.
    const inner = zipOf({
      'r.zip': zipOf({ 'r.zip': zipOf({ 'r.zip': zipOf({ 'r.zip': 'PK\x03\x04' }) }) }),
    });
    expect(await outcomes({ 'r.zip': inner })).toEqual({
      'r.zip!/r.zip!/r.zip!/r.zip!/r.zip': 'nested-too-deeply',
    });
  });

  it('with an encrypted member gives that one up', async () => {
    const archive = Buffer.from(zipOf({ 'secret.txt': 'secret', 'open.txt': 'open' }));
    // The flag of the first member, in its local header and in the central directory.
    archive[6]! |= 1;
    archive[archive.indexOf('PK\x01\x02') + 8]! |= 1;
    expect(await outcomes({ 'x.zip': archive })).toEqual({
      'x.zip!/secret.txt': 'encrypted',
      'x.zip!/open.txt': null,
    });
  });

  it('whose directory lies about sizes, or whose data is damaged, gives those members up', async () => {
    const lying = Buffer.from(zipOf({ 'a.txt': 'x'.repeat(1000), 'b.txt': 'fine' }));
    const directory = lying.indexOf('PK\x01\x02');
    lying.writeUInt32LE(10, directory + 24);
    const damaged = Buffer.from(zipOf({ 'a.txt': 'x'.repeat(1000), 'b.txt': 'fine' }));
    damaged.fill(0xff, 36, 40);
    expect(await outcomes({ 'damaged.zip': damaged, 'lying.zip': lying })).toEqual({
      'damaged.zip!/a.txt': 'malformed-zip',
      'damaged.zip!/b.txt': null,
      'lying.zip!/a.txt': 'malformed-zip',
      'lying.zip!/b.txt': null,
    });
  });

  it('never writes a member under its own name, and leaves nothing behind when the reader stops early', () =>
    withFiles({ 'up.zip': zipOf({ '../../escaped.txt': 'a', '/abs.txt': 'b' }) }, async (root) => {
      const before = await scratchFolders();
      const records = await readSource({ root });
      expect(records.map(({ path }) => path)).toEqual(['up.zip!/../../escaped.txt', 'up.zip!//abs.txt']);
      expect(await readdir(root)).toEqual(['up.zip']);
      const stopped = readSource({ root, include: ['*.zip'] }, { signal: AbortSignal.abort() });
      await expect(stopped).rejects.toMatchObject({ code: 'CANCELLED' });
      expect(await scratchFolders()).toBe(before);
    }));
});

describe('a picture or sound', () => {
  it('of gigantic dimensions is never decoded', async () => {
    const png = await golden('plain.png');
    // IHDR: 60,000 by 60,000 pixels; its check sum no longer fits, which comes after the size.
    png.writeUInt32BE(60_000, 16);
    png.writeUInt32BE(60_000, 20);
    png.writeUInt32BE(crc32(png.subarray(12, 29)), 29);
    expect(await outcomes({ 'huge.png': png })).toEqual({ 'huge.png': 'too-many-pixels' });
  });

  it('that is nothing but silent frames is refused by their number, whatever it says of its length', async () => {
    const flac = await golden('tone.flac');
    const frames = Buffer.alloc(9_000_000);
    for (let at = 0; at < frames.byteLength; at += 8) frames.writeUInt16BE(0xfff8, at);
    expect(await outcomes({ 'bomb.flac': Buffer.concat([flac, frames]) })).toEqual({
      'bomb.flac': 'too-long-audio',
    });
  });
});
