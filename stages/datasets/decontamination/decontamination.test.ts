import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { collectSource } from '../../sources/index.js';
import { memoryWorld, testPipeline, withFiles } from '../../testing/index.js';
import { buildDataset } from '../buildDataset.js';
import { createOverlap } from './overlap.js';
import { readTestTexts } from './testTexts.js';

const words = (count: number, from = 0) =>
  Array.from({ length: count }, (_, index) => `w${(from + index) * 7919}`).join(' ');

describe('overlap with test texts', () => {
  it('is n words in a row, whatever their case, punctuation and surroundings', () => {
    const overlap = createOverlap(13);
    overlap.add('test', `Begin ${words(20)} end`);
    expect(overlap.find(`xx ${words(13, 5).toUpperCase().replaceAll(' ', ', ')} yy`)).toBe('test');
    expect(overlap.find(`xx ${words(12, 5)} yy ${words(12, 3)}`)).toBeNull();
  });

  it('of a shorter test text is all of it; one or two words are in everything', () => {
    const overlap = createOverlap(13);
    overlap.add('short', 'colourless green ideas sleep');
    overlap.add('tiny', 'yes please');
    expect(overlap.find('Do colourless green ideas sleep at all?')).toBe('short');
    expect(overlap.find('yes please, green ideas sleep')).toBeNull();
  });

  it('counts Chinese by characters', () => {
    const overlap = createOverlap(5);
    overlap.add('zh', '今天天气很好我们去公园');
    expect(overlap.find('他说天气很好我你')).toBe('zh');
    expect(overlap.find('天气很坏')).toBeNull();
  });

  it('finds exactly what a search of all n-grams finds', () => {
    const text = fc.array(fc.constantFrom('a', 'b', 'c', 'd'), { maxLength: 30 });
    fc.assert(
      fc.property(text, text, (test, candidate) => {
        const overlap = createOverlap(4);
        overlap.add('test', test.join(' '));
        const length = Math.min(4, test.length);
        const ngrams = new Set(
          test
            .map((_, start) => test.slice(start, start + length))
            .filter((ngram) => ngram.length === length)
            .map(String),
        );
        const expected =
          length >= 3 &&
          candidate.some((_, start) => ngrams.has(String(candidate.slice(start, start + length))));
        expect(overlap.find(candidate.join(' ')) !== null).toBe(expected);
      }),
      { numRuns: 500 },
    );
  });
});

describe('test texts', () => {
  const inFolder = async (work: (folder: string) => Promise<void>) => {
    const folder = await mkdtemp(join(tmpdir(), 'plumbline-test-texts-'));
    try {
      await work(folder);
    } finally {
      await rm(folder, { recursive: true });
    }
  };
  const read = async (files: readonly string[], field = 'text') => {
    const texts: string[] = [];
    const recipe = { files: [...files], field, datasets: [], ngramWords: 13 };
    for await (const { text } of readTestTexts(memoryWorld(), recipe)) texts.push(text);
    return texts;
  };

  it('are lines of plain text or a field of rows', () =>
    inFolder(async (folder) => {
      await writeFile(join(folder, 'a.txt'), 'one\n\ntwo\n');
      await writeFile(join(folder, 'b.jsonl'), '{"q":"three"}\n{"q":"four"}');
      expect(await read([join(folder, 'a.txt')])).toEqual(['one', 'two']);
      expect(await read([join(folder, 'b.jsonl')], 'q')).toEqual(['three', 'four']);
    }));

  it('that cannot be read are an error with the file, never a set that is empty', () =>
    inFolder(async (folder) => {
      await writeFile(join(folder, 'bad.jsonl'), '{"text":');
      await writeFile(join(folder, 'other.jsonl'), '{"q":"x"}');
      for (const name of ['bad.jsonl', 'other.jsonl', 'missing.txt'])
        await expect(read([join(folder, name)])).rejects.toMatchObject({ code: 'SOURCE_UNREADABLE' });
    }));

  it('of a dataset version are its test split; the same texts in another dataset are dropped', () =>
    withFiles(
      Object.fromEntries(
        Array.from({ length: 80 }, (_, index) => [
          `${index % 2 === 0 ? 'spam' : 'ham'}/${index}.eml`,
          `Subject: s${index}\r\n\r\n${words(30, index * 40)}`,
        ]),
      ),
      async (root) => {
        const ctx = memoryWorld();
        const build = async (cleaning: Record<string, unknown>, seed: number) => {
          const pipeline = testPipeline(
            root,
            {},
            { dataset: { cleaning, split: { train: 1, validation: 1, test: 1, seed } } },
          );
          const { batchId } = await collectSource({ ctx, input: { pipeline, source: 'mails' } });
          return buildDataset({ ctx, input: { pipeline, batches: [batchId] } });
        };
        const first = await build({}, 1);
        await expect(build({ decontamination: { datasets: [first.datasetId] } }, 2)).resolves.toMatchObject({
          dropped: { 'test-overlap': first.splits.test },
          kept: 80 - first.splits.test,
        });
        const reasons = [...ctx.datasets.decisions.values()].filter(({ rule }) => rule === 'decontamination');
        expect(reasons[0]?.reason).toBe(`test-overlap: test split of ${first.datasetId.slice(0, 12)}`);
      },
    ));

  it('decide the dataset: other contents of the same file make another one', () =>
    withFiles(
      Object.fromEntries(
        Array.from({ length: 60 }, (_, index) => [
          `mails/${index % 2 === 0 ? 'spam' : 'ham'}/${index}.eml`,
          `Subject: s${index}\r\n\r\n${words(30, index * 40)}`,
        ]),
      ),
      async (root) => {
        const ctx = memoryWorld();
        const file = join(root, 'test.txt');
        const pipeline = testPipeline(
          join(root, 'mails'),
          {},
          { dataset: { cleaning: { decontamination: { files: [file] } } } },
        );
        const { batchId } = await collectSource({ ctx, input: { pipeline, source: 'mails' } });
        const build = async (text: string) => {
          await writeFile(file, text);
          return buildDataset({ ctx, input: { pipeline, batches: [batchId] } });
        };
        const [one, same, other] = [
          await build('no such text'),
          await build('no such text'),
          await build(words(30, 40)),
        ];
        expect(same).toMatchObject({ datasetId: one.datasetId, reused: true });
        expect(other).toMatchObject({ reused: false, dropped: { 'test-overlap': 1 } });
        expect(other.datasetId).not.toBe(one.datasetId);
      },
    ));
});
