import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import type { ObjectStore } from '../../stages/ports.js';
import { codeOf } from './errors.js';

const bytesOf = (text: string): Uint8Array => new TextEncoder().encode(text);
const textOf = (bytes: Uint8Array): string => new TextDecoder().decode(bytes);

const firstPart = async (store: ObjectStore, key: string): Promise<Uint8Array | undefined> => {
  for await (const part of store.stream(key)) return part;
  return undefined;
};

/** What every ObjectStore must do. `open` gives an empty store. */
export const objectStoreSuite = (
  name: string,
  open: () => Promise<{ store: ObjectStore; close: () => Promise<void> }>,
): void => {
  describe(`ObjectStore: ${name}`, () => {
    let store: ObjectStore;
    let close: () => Promise<void>;
    beforeEach(async () => {
      ({ store, close } = await open());
    });
    afterEach(() => close());

    it('gives back the bytes that were put', async () => {
      const bytes = Uint8Array.from({ length: 70_000 }, (_, index) => index % 251);
      expect(await store.put('a/b/c.bin', bytes)).toBe(true);
      expect(await store.get('a/b/c.bin')).toEqual(bytes);
      expect(await store.has('a/b/c.bin')).toBe(true);
    });

    it('gives bytes that can be read as 64-bit numbers', async () => {
      await store.put('numbers', new Uint8Array(new Float64Array([1.5, -2]).buffer));
      const { buffer, byteOffset } = await store.get('numbers');
      expect([...new Float64Array(buffer, byteOffset, 2)]).toEqual([1.5, -2]);
    });

    it('keeps a file like its bytes, and gives them in parts', async () => {
      const folder = await mkdtemp(join(tmpdir(), 'plumbline-file-'));
      const path = join(folder, 'file');
      const bytes = Uint8Array.from({ length: 300_000 }, (_, index) => index % 251);
      await writeFile(path, bytes);
      expect(await store.putFile('a/file', path, { onlyIfAbsent: true })).toBe(true);
      await writeFile(path, 'other');
      expect(await store.putFile('a/file', path, { onlyIfAbsent: true })).toBe(false);
      expect(Buffer.compare(await store.get('a/file'), bytes)).toBe(0);
      const parts: Uint8Array[] = [];
      for await (const part of store.stream('a/file')) parts.push(part);
      expect(Buffer.compare(Buffer.concat(parts), bytes)).toBe(0);
      expect(await store.putFile('a/file', path)).toBe(true);
      expect(textOf(await store.get('a/file'))).toBe('other');
      await rm(folder, { recursive: true });
    });

    it('keeps empty objects', async () => {
      await store.put('empty', new Uint8Array());
      expect((await store.get('empty')).byteLength).toBe(0);
    });

    it('replaces an object unless only an absent one may be written', async () => {
      await store.put('k', bytesOf('one'));
      expect(await store.put('k', bytesOf('two'))).toBe(true);
      expect(await store.put('k', bytesOf('three'), { onlyIfAbsent: true })).toBe(false);
      expect(textOf(await store.get('k'))).toBe('two');
    });

    it('lets exactly one of many racing conditional writers through', async () => {
      const wins = await Promise.all(
        Array.from({ length: 40 }, (_, index) =>
          store.put('race', bytesOf(`writer ${index}`), { onlyIfAbsent: true }),
        ),
      );
      expect(wins.filter(Boolean)).toHaveLength(1);
      expect(textOf(await store.get('race'))).toBe(`writer ${wins.indexOf(true)}`);
    });

    it('shows a reader all of a write or none while writers replace the object', async () => {
      const versions = ['x', 'y'].map((letter) => bytesOf(letter.repeat(300_000)));
      await store.put('k', versions[0]!);
      const writing = (async () => {
        for (let round = 0; round < 20; round += 1) await store.put('k', versions[round % 2]!);
      })();
      for (let round = 0; round < 40; round += 1)
        expect(new Set(textOf(await store.get('k')))).toHaveProperty('size', 1);
      await writing;
    });

    it('lists the keys of a prefix in order, and nothing unfinished', async () => {
      for (const key of ['b/2', 'b/10', 'a', 'bb', 'b/1/x']) await store.put(key, bytesOf(key));
      expect(await store.list('b/')).toEqual(['b/1/x', 'b/10', 'b/2']);
      expect(await store.list('b')).toEqual(['b/1/x', 'b/10', 'b/2', 'bb']);
      expect(await store.list('')).toEqual(['a', 'b/1/x', 'b/10', 'b/2', 'bb']);
      expect(await store.list('nothing/here')).toEqual([]);
    });

    it('keeps keys whose characters mean something in a URL', async () => {
      const keys = [
        'a b',
        'a%20b',
        'a+b',
        'a#b',
        'a?b=c&d',
        'é/ü',
        '文/档.txt',
        "it's",
        'a;b=1',
        '~x*(y)',
      ].sort();
      for (const key of keys) await store.put(key, bytesOf(key));
      expect(await store.list('')).toEqual(keys);
      for (const key of keys) expect(textOf(await store.get(key))).toBe(key);
    });

    it('lists more keys than a server gives in one answer', async () => {
      const keys = Array.from({ length: 1100 }, (_, index) => `many/${String(index).padStart(4, '0')}`);
      for (let start = 0; start < keys.length; start += 50)
        await Promise.all(keys.slice(start, start + 50).map((key) => store.put(key, bytesOf('x'))));
      expect(await store.list('many/')).toEqual(keys);
    }, 60_000);

    it('says OBJECT_NOT_FOUND of what is not there, and deletes it without complaint', async () => {
      await store.put('a/b', bytesOf('x'));
      for (const key of ['missing', 'a', 'a/b/c']) {
        expect(await codeOf(store.get(key))).toBe('OBJECT_NOT_FOUND');
        expect(await codeOf(firstPart(store, key))).toBe('OBJECT_NOT_FOUND');
        expect(await store.has(key)).toBe(false);
        await store.delete(key);
      }
      await store.delete('a/b');
      expect(await store.has('a/b')).toBe(false);
    });

    it.each(['', '/etc/passwd', '../x', 'a/../../x', 'a//b', './a', 'a\0b', 'a\\b', 'a/', 'x'.repeat(2000)])(
      'refuses the key %j',
      async (key) => {
        expect(await codeOf(store.put(key, bytesOf('x')))).toBe('REQUEST_INVALID');
        expect(await codeOf(store.get(key))).toBe('REQUEST_INVALID');
        expect(await codeOf(store.putFile(key, '/dev/null'))).toBe('REQUEST_INVALID');
        expect(await codeOf(firstPart(store, key))).toBe('REQUEST_INVALID');
      },
    );
  });
};
