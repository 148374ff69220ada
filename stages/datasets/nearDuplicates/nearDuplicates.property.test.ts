import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { createPace } from '../../pace.js';
import { memoryStageContext } from '../../testing/index.js';
import { missedShare, planBands } from './bands.js';
import { clusterTexts, textsOf } from './clusterTexts.js';
import { jaccard, shingleSet, shinglesOf } from './shingles.js';
import { createSimHasher } from './simHash.js';
import { createSketcher } from './sketch.js';
import { wordsOf } from './words.js';

const RECIPE = { jaccard: 0.8, shingleWords: 3, permutations: 128 };
const RECIPES = [
  RECIPE,
  { ...RECIPE, sketch: 'simhash' as const },
  { ...RECIPE, shingleWords: 2, alignment: 0.75 },
];
const setOf = (text: string, size: number) => shingleSet(shinglesOf(wordsOf(text), size));
const cluster = (texts: readonly string[], recipe: Parameters<typeof clusterTexts>[1] = RECIPE) =>
  clusterTexts(textsOf(texts), recipe, createPace(memoryStageContext(), { activity: 'test', unit: 'texts' }));

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
  it.each(RECIPES)('finds the same clusters in whatever order the texts come: %j', (recipe) =>
    fc.assert(
      fc.asyncProperty(
        corpus,
        fc.infiniteStream(fc.double({ min: 0, max: 1, noNaN: true })),
        async (texts, random) => {
          const order = texts.map((_, index) => [random.next().value as number, index] as const);
          const shuffled = order.sort((a, b) => a[0] - b[0]).map(([, index]) => index);
          const plain = await cluster(texts, recipe);
          const mixed = await cluster(
            shuffled.map((index) => texts[index] as string),
            recipe,
          );
          const together = (roots: Uint32Array, a: number, b: number) => roots[a] === roots[b];
          for (let a = 0; a < texts.length; a += 1)
            for (let b = 0; b < a; b += 1)
              expect(together(mixed, a, b)).toBe(
                together(plain, shuffled[a] as number, shuffled[b] as number),
              );
        },
      ),
      { numRuns: 25 },
    ),
  );

  it('joins what is similar enough and nothing whose whole cluster is unlike', () =>
    fc.assert(
      fc.asyncProperty(corpus, async (texts) => {
        const roots = await cluster(texts);
        const sets = texts.map((text) => setOf(text, RECIPE.shingleWords));
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
    await expect(clusterTexts(textsOf(['a']), RECIPE, pace)).rejects.toMatchObject({ code: 'CANCELLED' });
  });
});

describe.each([
  ['MinHash', createSketcher],
  ['SimHash', createSimHasher],
] as const)('%s', (_name, create) => {
  it('agrees at a position as often as the similarity says', () => {
    const hasher = create(512);
    for (const shared of [10, 50, 90]) {
      let error = 0;
      const rounds = 20;
      for (let round = 0; round < rounds; round += 1) {
        const own = (which: string, from: number) =>
          Array.from({ length: 100 - shared }, (_, index) => `${which}${round}x${from + index}`);
        const common = Array.from({ length: shared }, (_, index) => `c${round}x${index}`);
        const a = setOf([...common, ...own('a', 0)].join(' '), 1);
        const b = setOf([...common, ...own('b', 0)].join(' '), 1);
        const [first, second] = [new Uint32Array(512), new Uint32Array(512)];
        hasher.sketch(a, first);
        hasher.sketch(b, second);
        const equal = first.filter((value, index) => value === second[index]).length;
        error += equal / 512 - hasher.agreement(jaccard(a, b));
      }
      expect(Math.abs(error / rounds)).toBeLessThan(0.02);
    }
  });
});

describe('planBands', () => {
  it.each([0.3, 0.5, 0.7, 0.8, 0.9, 0.95])(
    'lets fewer than one pair in a thousand escape at %d, and takes at most 44 bands',
    (threshold) => {
      const plan = planBands(128, threshold);
      expect(plan.bands * plan.rows).toBeLessThanOrEqual(128);
      expect(plan.bands).toBeLessThanOrEqual(44);
      expect(missedShare(plan, threshold)).toBeLessThanOrEqual(0.001);
    },
  );

  it('counts escapes as a simulation does', () => {
    const plan = { bands: 20, rows: 2, sharedMin: 3 };
    let state = 1;
    const random = () => {
      state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
      return state / 2 ** 32;
    };
    const rounds = 20_000;
    let missed = 0;
    for (let round = 0; round < rounds; round += 1) {
      let shared = 0;
      for (let band = 0; band < plan.bands; band += 1) if (random() < 0.4 ** plan.rows) shared += 1;
      if (shared < plan.sharedMin) missed += 1;
    }
    expect(Math.abs(missed / rounds - missedShare(plan, 0.4))).toBeLessThan(0.02);
  });
});

describe('wordsOf', () => {
  it('reads letters beyond the basic plane, and each word of a text of several scripts', () => {
    expect(wordsOf('Grüße, ΑΘΗΝΑ! 我们 𝒳𝒴 naïve')).toHaveLength(6);
    expect(wordsOf('GRÜSSE Привет')).toEqual(wordsOf('grüsse ПРИВЕТ'));
  });
});

describe('shinglesOf', () => {
  it('looks past case, punctuation and white space, and gives every text at least one shingle', () => {
    expect(setOf('Hello,  WORLD -- again!', 3)).toEqual(setOf('hello world again', 3));
    for (const text of ['', '!!!', 'one', 'two words']) expect(setOf(text, 3)).toHaveLength(1);
    expect(setOf('!!!', 3)).not.toEqual(setOf('???', 3));
  });

  it('reads scripts without spaces character by character', () => {
    expect(setOf('我们专业生产机械配件', 3)).toHaveLength(8);
  });

  it('gives similarities between 0 and 1, and 1 to equal sets', () =>
    fc.assert(
      fc.property(words, words, (a, b) => {
        const [x, y] = [setOf(a.join(' '), 2), setOf(b.join(' '), 2)];
        expect(jaccard(x, x)).toBe(1);
        expect(jaccard(x, y)).toBe(jaccard(y, x));
        expect(jaccard(x, y)).toBeLessThanOrEqual(1);
      }),
    ));
});
