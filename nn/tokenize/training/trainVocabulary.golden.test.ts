import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from '@jest/globals';
import type { Json } from '../file/fields.js';
import { startingPoint } from './alphabet.js';
import { countWords } from './countWords.js';
import { learnMerges } from './learnMerges.js';
import { wordSplitter } from './splitWords.js';
import { trainVocabulary } from './trainVocabulary.js';
import { WordPieces } from './words.js';

/** Made by makeTrained.py there. */
const goldens = fileURLToPath(new URL('../goldens/', import.meta.url));
const read = (name: string) => readFileSync(join(goldens, name), 'utf8');
const lines = read('corpus.txt').split('\n').slice(0, -1);

interface Trained {
  readonly kind: 'wordpiece' | 'byte-level';
  readonly vocabularySize: number;
  readonly minimumFrequency: number;
  readonly vocabulary: readonly string[];
  readonly merges: readonly (readonly [string, string])[] | null;
}

const cases = readdirSync(goldens)
  .filter((name) => name.startsWith('trained-'))
  .map((name) => JSON.parse(read(name)) as Trained);
const of = (kind: Trained['kind']) => cases.filter((trained) => trained.kind === kind);

const modelOf = (json: string) => (JSON.parse(json) as { model: { vocab: Json; merges?: unknown } }).model;
const tokensOf = (json: string) => {
  const { vocab } = modelOf(json);
  return Object.keys(vocab).sort((a, b) => (vocab[a] as number) - (vocab[b] as number));
};

describe('a vocabulary trained as the reference trains it', () => {
  it.each(of('byte-level'))(
    'has the same $vocabularySize byte-level tokens and merges at minimum frequency $minimumFrequency',
    async ({ vocabulary, merges, ...options }) => {
      const json = await trainVocabulary(read('byte-level-gpt2/tokenizer.json'), lines, options);
      expect(tokensOf(json)).toEqual(vocabulary);
      expect(modelOf(json).merges).toEqual(merges);
    },
  );

  it.each(of('wordpiece'))(
    'has the same $vocabularySize WordPiece tokens at minimum frequency $minimumFrequency, ties broken by the same alphabet',
    async ({ vocabulary, ...options }) => {
      const base = JSON.parse(read('wordpiece/tokenizer.json')) as Json;
      const distinctWordsMax = Number.POSITIVE_INFINITY;
      const counts = await countWords(lines, wordSplitter(base), { distinctWordsMax });
      const specialTokens = ['[PAD]', '[UNK]', '[CLS]', '[SEP]', '[MASK]'];
      const rules = { specialTokens, always: [], alphabetMax: 6000, prefix: '##' };
      const own = startingPoint(counts, rules).pieces;
      const pieces = vocabulary.slice(0, own.length);
      expect([...own].sort()).toEqual([...pieces].sort());

      const ids = new Map(pieces.map((piece, id) => [piece, id]));
      const words = [...counts.keys()].map((word) =>
        [...word].map((character, i) => ids.get(i === 0 ? character : `##${character}`)!),
      );
      await learnMerges(new WordPieces(words, [...counts.values()]), pieces, { ...options, prefix: '##' });
      expect(pieces).toEqual(vocabulary);
    },
  );
});
