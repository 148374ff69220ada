import { readFileSync } from 'node:fs';
import { describe, expect, it } from '@jest/globals';
import { loadTokenizer } from '../tokenize/tokenizer.js';
import { labelWords } from './labelWords.js';
import { type EntitySpan, entitiesOfTags } from './tags.js';
import { encodeWords } from './words.js';

const golden = <T>(name: string): T =>
  JSON.parse(readFileSync(new URL(`goldens/${name}.json`, import.meta.url), 'utf8')) as T;

const tagCases = golden<{ predicted: string[][]; entities: [string, number, number][][] }[]>('tags').flatMap(
  ({ predicted, entities }) => predicted.map((tags, i) => [tags, entities[i]!] as const),
);

describe('entitiesOfTags', () => {
  it('reads tags as seqeval does, stray ones too', () => {
    for (const [tags, expected] of tagCases) {
      const parts = tags.map((_, i) => ({ start: i, end: i + 1 }));
      const found = entitiesOfTags(parts, tags).map(({ label, start, end }) => [label, start, end]);
      expect(found).toEqual(expected);
    }
    expect(tagCases.filter(([, { length }]) => length > 1).length).toBeGreaterThan(10);
  });
});

interface Alignment {
  readonly tokenizer: string;
  readonly tags: string[];
  readonly cases: { text: string; entities: EntitySpan[]; ids: number[]; labels: number[] }[];
}

describe('labelWords', () => {
  it.each(golden<Alignment[]>('alignment').map((alignment) => [alignment.tokenizer, alignment] as const))(
    'labels the tokens that run_ner labels, %s',
    async (_, { tokenizer: name, tags, cases }) => {
      const folder = new URL(`../tokenize/goldens/${name}/`, import.meta.url);
      const tokenizer = await loadTokenizer(readFileSync(new URL('tokenizer.json', folder)));
      const texts = await encodeWords(
        tokenizer,
        cases.map(({ text }) => text),
        512,
      );
      texts.forEach((text, i) => {
        const { ids, labels, entities } = cases[i]!;
        expect([...text.windows[0]!.ids]).toEqual(ids);
        expect(labelWords(text, entities, tags).map((target) => [...target])).toEqual([labels]);
      });
    },
  );
});
