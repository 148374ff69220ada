import type { CleaningRecipe } from '../../../contracts/index.js';
import type { Pace } from '../../pace.js';
import { alignedText, alike } from './alignment.js';
import { planBands, sharedBands, writeBandKeys } from './bands.js';
import { createDisjointSets } from './disjointSets.js';
import { jaccard, shingleSet, shinglesOf } from './shingles.js';
import { createSimHasher } from './simHash.js';
import { createSketcher } from './sketch.js';
import { wordsOf } from './words.js';

/** Texts that can be read again and again, wherever they lie. */
export interface Texts {
  readonly length: number;
  at(index: number): string;
}

export const textsOf = (texts: readonly string[]): Texts => ({
  length: texts.length,
  at: (index) => texts[index]!,
});

type Recipe = Pick<
  CleaningRecipe['nearDuplicates'],
  'jaccard' | 'shingleWords' | 'permutations' | 'alignment' | 'sketch'
>;

/** Looking a text up takes a microsecond, less than asking for the time does. */
const TICK_EVERY = 64;
/** A bit of a SimHash says less than a position of a MinHash. */
const BITS_A_PERMUTATION = 8;
/** Characters of texts that are kept ready for the next comparison: about 100 MB, however many texts there are. */
const CHARACTERS_KEPT_MAX = 2 ** 26;
/** Pairs that are remembered to differ, at most: 8 MB. */
const REFUSED_SLOTS_MAX = 2 ** 20;

/** How candidates that are similar are told from those that only share bands. */
interface Measure {
  /** Jaccard similarity of the shingles below which no pair is looked for. */
  readonly threshold: number;
  similar(a: number, b: number): boolean;
}

/** Remembers what was made of the last texts. */
const remembering = <T>(texts: Texts, make: (text: string) => T) => {
  const kept = new Map<number, { readonly made: T; readonly characters: number }>();
  let characters = 0;
  return (index: number): T => {
    const known = kept.get(index);
    if (known !== undefined) return known.made;
    const text = texts.at(index);
    const made = make(text);
    kept.set(index, { made, characters: text.length });
    characters += text.length;
    for (const [oldest, { characters: freed }] of kept) {
      if (characters <= CHARACTERS_KEPT_MAX || oldest === index) break;
      kept.delete(oldest);
      characters -= freed;
    }
    return made;
  };
};

const byJaccard = (texts: Texts, { jaccard: threshold, shingleWords }: Recipe): Measure => {
  const setOf = remembering(texts, (text) => shingleSet(shinglesOf(wordsOf(text), shingleWords)));
  return {
    threshold,
    similar: (first, second) => {
      const [a, b] = [setOf(first), setOf(second)];
      // It is at most the ratio of the sizes: most unequal pairs need no walk.
      if (Math.min(a.length, b.length) < threshold * Math.max(a.length, b.length)) return false;
      return jaccard(a, b) >= threshold;
    },
  };
};

const byAlignment = (texts: Texts, alignment: number, shingleWords: number): Measure => {
  const wordsAt = remembering(texts, (text) => alignedText(wordsOf(text)));
  // Where a share of the words is left, spread evenly, this share of their shingles is.
  const left = alignment ** shingleWords;
  return {
    threshold: left / (2 - left),
    similar: (first, second) => alike(wordsAt(first), wordsAt(second), alignment),
  };
};

/**
 * Groups texts that are nearly the same. Sketches (MinHash or SimHash) cut into bands give candidate pairs; each is verified on the
 * texts themselves, by the Jaccard similarity of their shingles or by the alignment of their words; clusters are the
 * connected components. Which pairs are tried depends on the texts alone, so the clusters do not depend on their
 * order, nor on how they were dealt out. Memory grows by at most 192 bytes a text.
 * @returns for each text the smallest index of its cluster
 * @throws CANCELLED
 */
export const clusterTexts = async (texts: Texts, recipe: Recipe, pace: Pace): Promise<Uint32Array> => {
  const { threshold, similar } =
    recipe.alignment === undefined
      ? byJaccard(texts, recipe)
      : byAlignment(texts, recipe.alignment, recipe.shingleWords);
  const sketcher =
    recipe.sketch === 'simhash'
      ? createSimHasher(BITS_A_PERMUTATION * recipe.permutations)
      : createSketcher(recipe.permutations);
  const plan = planBands(sketcher.positions, sketcher.agreement(threshold));
  const count = texts.length;
  const keys = new Uint32Array(count * plan.bands);
  const sketch = new Uint32Array(sketcher.positions);
  for (let index = 0; index < count; index += 1) {
    if (index % TICK_EVERY === 0) await pace.tick(index);
    sketcher.sketch(shinglesOf(wordsOf(texts.at(index)), recipe.shingleWords), sketch);
    writeBandKeys(plan, sketch, keys, index * plan.bands);
  }

  const clusters = createDisjointSets(count);
  const refused = new Float64Array(Math.min(REFUSED_SLOTS_MAX, 64 * count + 1)).fill(-1);
  const compare = (a: number, b: number): void => {
    // Texts of one cluster stay in it whatever this pair says.
    if (clusters.find(a) === clusters.find(b)) return;
    if (plan.sharedMin > 1 && sharedBands(plan, keys, a, b) < plan.sharedMin) return;
    const pair = a * count + b;
    const slot = pair % refused.length;
    if (refused[slot] === pair) return;
    if (similar(a, b)) clusters.union(a, b);
    else refused[slot] = pair;
  };
  // One band at a time, a hash table of chains: equal keys meet in the chain of their slot.
  const slots = 2 ** Math.ceil(Math.log2(Math.max(2, count)));
  const firsts = new Int32Array(slots);
  const nexts = new Int32Array(count);
  for (let band = 0; band < plan.bands; band += 1) {
    firsts.fill(-1);
    for (let index = 0; index < count; index += 1) {
      if (index % TICK_EVERY === 0) await pace.tick(count);
      const key = keys[index * plan.bands + band]!;
      const slot = (key ^ (key >>> 16)) & (slots - 1);
      for (let other = firsts[slot]!; other >= 0; other = nexts[other]!)
        if (keys[other * plan.bands + band] === key) compare(other, index);
      nexts[index] = firsts[slot]!;
      firsts[slot] = index;
    }
  }
  return Uint32Array.from({ length: count }, (_, index) => clusters.find(index));
};
