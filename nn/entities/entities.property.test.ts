import { beforeAll, describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { IGNORED_LABEL } from '../models/losses/crossEntropy.js';
import { tinyTokenizerJson } from '../tokenize/testing/tinyTokenizer.js';
import { loadTokenizer, type Tokenizer } from '../tokenize/tokenizer.js';
import { labelWords } from './labelWords.js';
import { readEntities } from './readEntities.js';
import { type EntitySpan, entitiesOfTags, tagsOfEntities } from './tags.js';
import { encodeWords } from './words.js';

const TAGS = ['O', 'B-a', 'I-a', 'B-b', 'I-b'];
const labels = fc.constantFrom('a', 'b');
/** Entities as runs of words: their lengths with the words between them. */
const runs = fc.array(fc.record({ gap: fc.nat(3), length: fc.integer({ min: 1, max: 3 }), label: labels }), {
  maxLength: 6,
});

const placed = (found: readonly { gap: number; length: number; label: string }[]): EntitySpan[] => {
  let at = 0;
  return found.map(({ gap, length, label }) => {
    const start = at + gap;
    at = start + length;
    return { start, end: at, label };
  });
};

describe('BIO tags', () => {
  it('of entities give the entities back', () => {
    fc.assert(
      fc.property(runs, (found) => {
        const entities = placed(found);
        const parts = Array.from({ length: (entities.at(-1)?.end ?? 0) + 2 }, (_, start) => ({
          start,
          end: start + 1,
        }));
        const read = entitiesOfTags(parts, tagsOfEntities(parts, entities));
        expect(read.map(({ start, end, label }) => ({ start, end, label }))).toEqual(entities);
      }),
    );
  });
});

describe('a text in windows', () => {
  let tokenizer: Tokenizer;
  beforeAll(async () => {
    tokenizer = await loadTokenizer(tinyTokenizerJson);
  });
  const word = fc.constantFrom('free', 'meeting', 'money', 'now!', 'zebra', '😀', 'é');
  const text = fc.array(word, { minLength: 1, maxLength: 40 }).map((words) => words.join(' '));

  it('has the same words whatever the length of the windows, each with its first token in one of them', async () => {
    await fc.assert(
      fc.asyncProperty(text, fc.integer({ min: 8, max: 20 }), async (content, maxLength) => {
        const [whole] = await encodeWords(tokenizer, [content], 500);
        const [cut] = await encodeWords(tokenizer, [content], maxLength);
        const bounds = (words: readonly { start: number; end: number }[]) =>
          words.map(({ start, end }) => content.slice(start, end));
        expect(bounds(cut!.words)).toEqual(bounds(whole!.words));
        cut!.words.forEach(({ window, token }, i) => {
          const spans = cut!.windows[window]!;
          expect(spans.starts[token]).toBe(whole!.words[i]!.start);
          expect(spans.ids.length).toBeLessThanOrEqual(maxLength);
        });
      }),
      { numRuns: 60 },
    );
  });

  it('gives back the entities it was labelled with, from sure scores of its labels', async () => {
    await fc.assert(
      fc.asyncProperty(text, runs, fc.integer({ min: 8, max: 20 }), async (content, found, maxLength) => {
        const [read] = await encodeWords(tokenizer, [content], maxLength);
        const { words, windows } = read!;
        const entities = placed(found)
          .filter(({ end }) => end <= words.length)
          .map(({ start, end, label }) => ({ start: words[start]!.start, end: words[end - 1]!.end, label }));
        const targets = labelWords(read!, entities, TAGS);
        expect(targets.flatMap((target) => [...target]).filter((tag) => tag !== IGNORED_LABEL)).toHaveLength(
          words.length,
        );
        const probabilities = targets.map((target, window) => {
          const rows = new Float32Array(windows[window]!.ids.length * TAGS.length);
          target.forEach((tag, token) => {
            if (tag !== IGNORED_LABEL) rows[token * TAGS.length + tag] = 1;
          });
          return rows;
        });
        const answer = readEntities(read!, probabilities, TAGS);
        expect(answer.entities).toEqual(entities.map((entity) => ({ ...entity, score: 1 })));
        expect(answer.tagShares.reduce((a, b) => a + b, 0)).toBeCloseTo(1, 9);
      }),
      { numRuns: 60 },
    );
  });

  it('without a word has no entity', async () => {
    const [read] = await encodeWords(tokenizer, ['   '], 8);
    const answer = readEntities(read!, [new Float32Array(2 * TAGS.length)], TAGS);
    expect(answer).toEqual({ entities: [], tagShares: Float64Array.of(1, 0, 0, 0, 0) });
  });
});
