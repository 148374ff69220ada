import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { createPace } from '../../pace.js';
import { memoryStageContext } from '../../testing/index.js';
import { clusterTexts } from './clusterTexts.js';
import { bandRowsFor, createMinHasher } from './minHash.js';
import { jaccard, shinglesOf } from './shingles.js';

const RECIPE = { jaccard: 0.8, shingleWords: 3, permutations: 128 };
const cluster = (texts: readonly string[], recipe = RECIPE) =>
  clusterTexts(texts, recipe, createPace(memoryStageContext(), { activity: 'test', unit: 'texts' }));

const words = fc.array(fc.constantFrom('alpha', 'beta', 'gamma', 'delta', 'eta', 'theta', 'iota', 'kappa'), {
  minLength: 1,
  maxLength: 60,
});
/** Texts with relatives: a base, and copies with some words replaced. */
const family = fc
  .tuple(words, fc.array(fc.array(fc.nat(59), { maxLength: 6 }), { maxLength: 4 }))
  .map(([base, edits]) => [
    base.join(' '),
    ...edits.map((places) => base.map((word, index) => (places.includes(index) ? 'other' : word)).join(' ')),
  ]);
const corpus = fc.array(family, { minLength: 1, maxLength: 8 }).map((families) => families.flat());

describe('clusterTexts', () => {
  it('finds the same clusters in whatever order the texts come', () =>
    fc.assert(
      fc.asyncProperty(
        corpus,
        fc.infiniteStream(fc.double({ min: 0, max: 1, noNaN: true })),
        async (texts, random) => {
          const order = texts.map((_, index) => [random.next().value as number, index] as const);
          const shuffled = order.sort((a, b) => a[0] - b[0]).map(([, index]) => index);
          const plain = await cluster(texts);
          const mixed = await cluster(shuffled.map((index) => texts[index] as string));
          const together = (roots: Uint32Array, a: number, b: number) => roots[a] === roots[b];
          for (let a = 0; a < texts.length; a += 1)
            for (let b = 0; b < a; b += 1)
              expect(together(mixed, a, b)).toBe(
                together(plain, shuffled[a] as number, shuffled[b] as number),
              );
        },
      ),
      { numRuns: 25 },
    ));

  it('joins what is similar enough and nothing whose whole cluster is unlike', () =>
    fc.assert(
      fc.asyncProperty(corpus, async (texts) => {
        const roots = await cluster(texts);
        const sets = texts.map((text) => shinglesOf(text, RECIPE.shingleWords));
        const similarity = (a: number, b: number) => jaccard(sets[a] as Uint32Array, sets[b] as Uint32Array);
        for (let a = 0; a < texts.length; a += 1) {
          const relatives = texts.map((_, b) => b).filter((b) => b !== a && roots[b] === roots[a]);
          if (relatives.length > 0)
            expect(Math.max(...relatives.map((b) => similarity(a, b)))).toBeGreaterThanOrEqual(
              RECIPE.jaccard,
            );
          // Above 0.9 a pair escapes all bands less than once in 10^9.
          for (let b = 0; b < a; b += 1) if (similarity(a, b) > 0.9) expect(roots[b]).toBe(roots[a]);
        }
      }),
      { numRuns: 25 },
    ));

  it('ends when cancelled', async () => {
    const pace = createPace(memoryStageContext({ signal: AbortSignal.abort() }), {
      activity: 'test',
      unit: 'texts',
    });
    await expect(clusterTexts(['a'], RECIPE, pace)).rejects.toMatchObject({ code: 'CANCELLED' });
  });
});

describe('MinHash', () => {
  it('estimates the Jaccard similarity without bias', () => {
    const hasher = createMinHasher(512);
    for (const shared of [10, 50, 90]) {
      let error = 0;
      const rounds = 20;
      for (let round = 0; round < rounds; round += 1) {
        const own = (which: string, from: number) =>
          Array.from({ length: 100 - shared }, (_, index) => `${which}${round}x${from + index}`);
        const common = Array.from({ length: shared }, (_, index) => `c${round}x${index}`);
        const a = shinglesOf([...common, ...own('a', 0)].join(' '), 1);
        const b = shinglesOf([...common, ...own('b', 0)].join(' '), 1);
        const signatures = new Uint32Array(1024);
        hasher.sign(a, signatures, 0);
        hasher.sign(b, signatures, 512);
        let equal = 0;
        for (let index = 0; index < 512; index += 1)
          if (signatures[index] === signatures[512 + index]) equal += 1;
        error += equal / 512 - jaccard(a, b);
      }
      expect(Math.abs(error / rounds)).toBeLessThan(0.02);
    }
  });

  it('takes bands that let fewer than one pair in a thousand escape at the threshold', () => {
    for (const threshold of [0.5, 0.7, 0.8, 0.9, 0.95]) {
      const rows = bandRowsFor(128, threshold);
      expect((1 - threshold ** rows) ** Math.floor(128 / rows)).toBeLessThanOrEqual(0.001);
    }
    expect(bandRowsFor(128, 0.8)).toBe(5);
  });
});

describe('shinglesOf', () => {
  it('looks past case, punctuation and white space, and gives every text at least one shingle', () => {
    expect(shinglesOf('Hello,  WORLD -- again!', 3)).toEqual(shinglesOf('hello world again', 3));
    for (const text of ['', '!!!', 'one', 'two words']) expect(shinglesOf(text, 3)).toHaveLength(1);
    expect(shinglesOf('!!!', 3)).not.toEqual(shinglesOf('???', 3));
  });

  it('reads scripts without spaces character by character', () => {
    expect(shinglesOf('我们专业生产机械配件', 3)).toHaveLength(8);
  });

  it('gives similarities between 0 and 1, and 1 to equal sets', () =>
    fc.assert(
      fc.property(words, words, (a, b) => {
        const [x, y] = [shinglesOf(a.join(' '), 2), shinglesOf(b.join(' '), 2)];
        expect(jaccard(x, x)).toBe(1);
        expect(jaccard(x, y)).toBe(jaccard(y, x));
        expect(jaccard(x, y)).toBeLessThanOrEqual(1);
      }),
    ));
});
