import { readFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from '@jest/globals';
import { decodeAudio } from '../../audioFile.js';
import { readSource, textOf } from './testing/readSource.js';

interface Tone {
  readonly sampleRate: number;
  readonly channels: number;
  readonly samples: number;
  readonly rootMeanSquare: readonly number[];
  readonly some: readonly number[];
}

type Row = Readonly<Record<string, unknown>>;
type Digests = Readonly<Record<string, string>>;

interface Expected {
  readonly rows: readonly Row[];
  readonly csv: readonly Row[];
  readonly parquet: readonly Row[];
  readonly images: Readonly<Record<string, Row>>;
  readonly sounds: Readonly<Record<string, Tone>>;
  readonly zip: Digests;
  readonly 'gnu.tar.gz': Digests;
  readonly 'pax.tgz': Digests;
}

/** Made by goldens/make.py, which says what Python's readers find in them. */
const root = fileURLToPath(new URL('goldens', import.meta.url));
const expected = JSON.parse(await readFile(`${root}/expected.json`, 'utf8')) as Expected;

const read = (include: string, section: Readonly<Record<string, unknown>> = {}) =>
  readSource({ root, include: [include], ...section });
const rowsOf = async (...input: Parameters<typeof read>) =>
  (await read(...input)).map((record) => JSON.parse(textOf(record)) as Row);

describe('rows', () => {
  it('of JSON, of the list at a pointer too, are those of Python’s json', async () => {
    expect(await rowsOf('list.json')).toEqual(expected.rows);
    expect(await rowsOf('nested.json', { list: '/data/a~1b/1/items' })).toEqual(expected.rows);
  });

  it('of CSV, compressed too, are those of Python’s csv', async () => {
    expect(await rowsOf('rows.csv')).toEqual(expected.csv);
    expect(await rowsOf('rows.csv.gz', { format: 'csv' })).toEqual(expected.csv);
  });

  it.each(['snappy', 'zstd', 'gzip'])('of Parquet with %s are those of pyarrow', async (compression) => {
    const records = await read(`${compression}.parquet`);
    // A missing value is null or no key at all.
    const withNulls = (row: Row) => ({ tags: null, from: null, at: null, ...row });
    expect(records.map((record) => withNulls(JSON.parse(textOf(record)) as Row))).toEqual(expected.parquet);
  });
});

describe('pictures', () => {
  it.each(Object.entries(expected.images))(
    '%s has the width, height, format and orientation that Pillow finds',
    async (name, { width, height, format, orientation }) => {
      const [record] = await read(name);
      expect(record).toMatchObject({ format: 'image', fault: null });
      expect(['width', 'height', 'format', 'orientation'].map((field) => record?.field(field))).toEqual([
        String(width),
        String(height),
        format,
        String(orientation),
      ]);
    },
  );

  it('tells when it was taken and what it shows, and where only when asked', async () => {
    const [record] = await read('cat.jpg');
    expect(record?.field('takenAt')).toBe('2026-05-04T03:02:01');
    expect(record?.field('description')).toBe('a cat on a mat');
    expect(record?.field('latitude')).toBeUndefined();
    const [located] = await read('cat.jpg', { location: true });
    expect(Number(located?.field('latitude'))).toBeCloseTo(-33.858333, 5);
    expect(Number(located?.field('longitude'))).toBeCloseTo(151.21, 5);
  });
});

describe('sounds', () => {
  it.each(Object.entries(expected.sounds))(
    '%s has the samples that libsndfile decodes',
    async (name, { sampleRate, channels, samples, rootMeanSquare, some }) => {
      const [record] = await read(name);
      expect(record).toMatchObject({ format: 'audio', fault: null });
      expect([record?.field('sampleRate'), record?.field('channels')]).toEqual([
        String(sampleRate),
        String(channels),
      ]);
      const sound = await decodeAudio(await readFile(`${root}/${name}`));
      // MP3 decoders differ in how much of the encoder's delay they cut off: at most two frames and the decoder's own.
      const slack = name.endsWith('.mp3') ? 2 * 576 + 529 : 0;
      expect(Math.abs(sound.channels[0]!.length - samples)).toBeLessThanOrEqual(slack);
      expect(Number(record?.field('seconds'))).toBeCloseTo(sound.channels[0]!.length / sampleRate, 6);
      sound.channels.forEach((channel, index) => {
        // The energy, which silence before or after does not change.
        const square = channel.reduce((sum, value) => sum + value ** 2, 0) / samples;
        const exact = /\.(mp3|ogg)$/.test(name) ? 2 : 5;
        expect(Math.sqrt(square)).toBeCloseTo(rootMeanSquare[index]!, exact);
      });
      if (slack === 0)
        for (const [index, value] of some.entries())
          expect(sound.channels[0]![1000 + index]).toBeCloseTo(value, 3);
    },
  );
});

describe('archives', () => {
  const idsOf = async (name: string) => {
    const records = await read(name, { format: 'txt' });
    return Object.fromEntries(records.map(({ path, sha256 }) => [path, sha256]));
  };
  const labelled = (name: string, members: Readonly<Record<string, string>>) =>
    Object.fromEntries(
      Object.entries(members)
        .filter(([member]) => member !== 'inner.zip')
        .map(([member, sha256]) => [`${name}!/${member}`, sha256]),
    );

  it.each([
    ['members.zip', 'zip'],
    ['gnu.tar.gz', 'gnu.tar.gz'],
    ['pax.tgz', 'pax.tgz'],
  ] as const)('%s has the members that Python finds, and those of the archive in it', async (name, key) => {
    const { [`${name}!/inner.zip!/deep.txt`]: deep, ...rest } = await idsOf(name);
    expect(rest).toEqual(labelled(name, expected[key]));
    expect(deep).toBeDefined();
  });

  it('reads each member by its own extension', async () => {
    const records = await read('members.zip');
    expect(records.map(({ path, format, fault }) => [path, format, fault])).toEqual([
      ['members.zip!/a/hello.eml', 'eml', null],
      ['members.zip!/rows.jsonl', 'jsonl', null],
      ['members.zip!/rows.jsonl', 'jsonl', null],
      ['members.zip!/../up.txt', 'txt', null],
      ['members.zip!//etc/passwd.txt', 'txt', null],
      ['members.zip!/inner.zip!/deep.txt', 'txt', null],
    ]);
  });
});
