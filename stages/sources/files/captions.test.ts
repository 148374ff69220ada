import { readFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from '@jest/globals';
import { splitCaption } from '../../captionedFile.js';
import { withFiles } from '../../testing/index.js';
import { readSource } from './testing/readSource.js';

const golden = (name: string) => readFile(fileURLToPath(new URL(`goldens/${name}`, import.meta.url)));
const captionIn = (raw: Uint8Array | null | undefined) => {
  const { media, caption } = splitCaption(raw ?? new Uint8Array());
  return {
    media: Buffer.from(media),
    caption: caption && [caption.kind, Buffer.from(caption.bytes).toString()],
  };
};

describe('what lies beside a picture or sound', () => {
  it('is part of its record and no record of its own; fields of JSON come before those of the file', async () => {
    const [cat, tone] = [await golden('cat.jpg'), await golden('tone.wav')];
    const files = {
      'a.jpg': cat,
      'a.json': '{"caption":"Mimi","label":"cat","width":7,"tags":["x"]}',
      'a.txt': 'not this one',
      'b.wav': tone,
      'b.txt': 'two tones',
      'c.jpg': cat,
      'd.txt': 'a text of its own',
    };
    await withFiles(files, async (root) => {
      const records = await readSource({ root });
      expect(records.map(({ path, format }) => [path, format])).toEqual([
        ['a.jpg', 'image'],
        ['b.wav', 'audio'],
        ['c.jpg', 'image'],
        ['d.txt', 'txt'],
      ]);
      const [a, b, c] = records;
      expect(captionIn(a?.raw)).toEqual({ media: cat, caption: ['json', files['a.json']] });
      expect(['label', 'width', 'height', 'tags'].map((name) => a?.field(name))).toEqual([
        'cat',
        '7',
        '40',
        '["x"]',
      ]);
      expect(captionIn(b?.raw)).toEqual({ media: tone, caption: ['txt', 'two tones'] });
      expect(captionIn(c?.raw)).toEqual({ media: cat, caption: null });
      // Found also where the globs name the pictures alone.
      expect(await readSource({ root, include: ['*.wav'], format: 'audio' })).toMatchObject([
        { sha256: b?.sha256 },
      ]);
    });
  });

  it('makes the file faulty when it is no JSON object', async () => {
    const files = { 'a.jpg': await golden('cat.jpg'), 'a.json': '[1]', 'b.jpg': await golden('cat.jpg') };
    await withFiles(files, async (root) => {
      const records = await readSource({ root });
      expect(records.map(({ path, fault }) => [path, fault])).toEqual([
        ['a.jpg', 'malformed-caption'],
        ['b.jpg', null],
      ]);
    });
  });
});
