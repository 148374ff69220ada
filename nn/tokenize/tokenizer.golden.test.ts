import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { beforeAll, describe, expect, it } from '@jest/globals';
import { readGgufFile } from '../weights/index.js';
import { codeUnitPositions } from './offsets.js';
import type { EncodedSpans, TextInput } from './spans.js';
import { loadTokenizer, type Tokenizer } from './tokenizer.js';
import type { Overflow } from './windows.js';

/** Made by makeTokenizers.py there; offsets in code points. */
const goldens = fileURLToPath(new URL('goldens/', import.meta.url));
const names = readdirSync(goldens, { withFileTypes: true }).flatMap((entry) =>
  entry.isDirectory() ? [entry.name] : [],
);

interface Window {
  readonly ids: number[];
  readonly offsets: [number, number][];
}

interface Reference extends Window {
  readonly typeIds: number[];
  readonly words: number[];
  readonly segments: number[];
}

interface Cases {
  readonly singles: readonly (Reference & { text: string; decoded: string; decodedWithSpecial: string })[];
  readonly pairs: readonly (Reference & { first: string; second: string })[];
  readonly cuts: readonly {
    readonly first: string;
    readonly second: string | null;
    readonly maxLength: number;
    readonly strategy: 'longest_first' | 'only_second';
    readonly stride: number;
    /** Of the first window. */
    readonly typeIds: number[];
    readonly windows: readonly Window[];
  }[];
}

const EVERYTHING = { maxLength: 100_000, overflow: { kind: 'cut-last' } } as const;

/** The reference's offsets of special tokens are 0; so are ours. */
function unitOffsets({ offsets }: Window, segments: ArrayLike<number>, input: TextInput): [number, number][] {
  const positions = (typeof input === 'string' ? [input] : input).map((text) => codeUnitPositions(text));
  return offsets.map(([start, end], i) => {
    const toUnits = positions[segments[i]!] ?? ((position: number) => position);
    return [toUnits(start), toUnits(end)];
  });
}

const offsetsOf = ({ starts, ends }: EncodedSpans) =>
  [...starts].map((start, i): [number, number] => [start, ends[i]!]);

function overflowOf({ strategy, stride }: Cases['cuts'][number]): Overflow {
  if (stride > 0) return { kind: 'windows', stride };
  return strategy === 'longest_first' ? { kind: 'cut-longest' } : { kind: 'cut-last' };
}

describe.each(names)('tokenizer %s as the reference reads it', (name) => {
  const cases = JSON.parse(readFileSync(join(goldens, name, 'cases.json'), 'utf8')) as Cases;
  let tokenizer: Tokenizer;
  beforeAll(async () => {
    tokenizer = await loadTokenizer(readFileSync(join(goldens, name, 'tokenizer.json')));
  });

  const expectSpans = async (input: TextInput, reference: Reference) => {
    const [[spans]] = (await tokenizer.encodeSpans([input], EVERYTHING)) as [[EncodedSpans]];
    expect([...spans.ids]).toEqual(reference.ids);
    expect([...spans.typeIds]).toEqual(reference.typeIds);
    expect([...spans.segments]).toEqual(reference.segments);
    expect([...spans.words]).toEqual(reference.words);
    expect(offsetsOf(spans)).toEqual(unitOffsets(reference, reference.segments, input));
  };

  it.each(
    cases.singles.map((single, i) => ({
      ...single,
      title: `${i} ${JSON.stringify(single.text).slice(0, 40)}`,
    })),
  )('reads text $title', async (single) => {
    await expectSpans(single.text, single);
    const [{ ids } = { ids: null }] = await tokenizer.encodeBatch([single.text], { maxLength: 100_000 });
    expect([...ids!]).toEqual(single.ids);
    expect(await tokenizer.decodeBatch([ids!], { specialTokens: 'left-out' })).toEqual([single.decoded]);
    expect(await tokenizer.decodeBatch([ids!], { specialTokens: 'kept' })).toEqual([
      single.decodedWithSpecial,
    ]);
  });

  it.each(cases.pairs)('reads the pair $first + $second', async (pair) => {
    await expectSpans([pair.first, pair.second], pair);
  });

  it.each(cases.cuts.map((cut, i) => ({ ...cut, i })))(
    'cuts case $i to $maxLength ids ($strategy, stride $stride)',
    async (cut) => {
      const input: TextInput = cut.second === null ? cut.first : [cut.first, cut.second];
      if (typeof input === 'string') {
        const [encoded] = await tokenizer.encodeBatch([input], cut);
        expect([...encoded!.ids]).toEqual(cut.windows[0]!.ids);
      }
      const [windows] = await tokenizer.encodeSpans([input], {
        maxLength: cut.maxLength,
        overflow: overflowOf(cut),
      });
      expect(windows!.map(({ ids }) => [...ids])).toEqual(cut.windows.map(({ ids }) => ids));
      expect([...windows![0]!.typeIds]).toEqual(cut.typeIds);
      expect(windows!.map(offsetsOf)).toEqual(
        cut.windows.map((window, i) => unitOffsets(window, windows![i]!.segments, input)),
      );
    },
  );
});

describe('a tokenizer.json of an older version', () => {
  interface Model {
    readonly type?: string;
    readonly merges?: readonly (readonly string[])[];
  }

  it.each(names)('of %s reads texts as the file of today does: no type, merges as strings', async (name) => {
    const content = readFileSync(join(goldens, name, 'tokenizer.json'), 'utf8');
    const { model, ...rest } = JSON.parse(content) as { model: Model };
    const { type, merges, ...members } = model;
    expect(type).toBeDefined();
    const legacy = merges
      ? { unk_token: '', ...members, merges: merges.map((pair) => pair.join(' ')) }
      : members;
    const texts = ['The control worker keeps every artifact', '数据结构'];
    const [now, before] = await Promise.all(
      [content, JSON.stringify({ ...rest, model: legacy })].map(async (json) =>
        (await loadTokenizer(json)).encodeBatch(texts, { maxLength: 64 }),
      ),
    );
    expect(before).toEqual(now);
  });
});

describe('the tokenizer in a GGUF file', () => {
  const ggufs = fileURLToPath(new URL('../goldens/gguf-llama/', import.meta.url));

  it.each(['byte-level.gguf', 'sentence-piece.gguf'])('of %s is taken', async (name) => {
    const { tokenizerJson } = readGgufFile(join(ggufs, name));
    const tokenizer = await loadTokenizer(JSON.stringify(tokenizerJson()));
    const [encoded] = await tokenizer.encodeBatch(['a worker'], { maxLength: 64 });
    const [text] = await tokenizer.decodeBatch([encoded!.ids], { specialTokens: 'left-out' });
    expect(text).toBe('a worker');
  });
});

describe('a text of twelve million spaces', () => {
  it('is cut before the expression that splits it would end the process', async () => {
    const tokenizer = await loadTokenizer(readFileSync(join(goldens, 'byte-level-llama3/tokenizer.json')));
    const [encoded] = await tokenizer.encodeBatch([`${' '.repeat(12_000_000)}x`], { maxLength: 8 });
    expect(encoded!.ids).toHaveLength(8);
  });
});
