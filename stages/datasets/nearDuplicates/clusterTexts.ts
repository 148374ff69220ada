import type { CleaningRecipe } from '../../../contracts/index.js';
import type { Pace } from '../../pace.js';
import { createDisjointSets } from './disjointSets.js';
import { bandRowsFor, createMinHasher } from './minHash.js';
import { jaccard, shinglesOf } from './shingles.js';

/** Bound once: in a vm context (jest) each look at a global costs more than the multiplication. */
const { imul } = Math;

/** Looking a signature up takes a microsecond, less than asking for the time does. */
const TICK_EVERY = 64;

const hashBand = (signatures: Uint32Array, start: number, rows: number): number => {
  let hash = 0x811c9dc5;
  for (let index = start; index < start + rows; index += 1) {
    hash = imul(hash ^ (signatures[index] as number), 0x01000193);
    hash ^= hash >>> 15;
  }
  return hash;
};

/**
 * Groups texts that are nearly the same. MinHash signatures cut into bands give candidate pairs
 * (locality-sensitive hashing; Leskovec, Rajaraman, Ullman, "Mining of Massive Datasets", chapter 3); each is
 * verified by the exact Jaccard similarity of its shingle sets; clusters are the connected components. Which
 * pairs are tried depends on the texts alone, so the clusters do not depend on their order.
 * @returns for each text the smallest index of its cluster
 * @throws CANCELLED
 */
export const clusterTexts = async (
  texts: readonly string[],
  recipe: Pick<CleaningRecipe['nearDuplicates'], 'jaccard' | 'shingleWords' | 'permutations'>,
  pace: Pace,
): Promise<Uint32Array> => {
  const { permutations } = recipe;
  const hasher = createMinHasher(permutations);
  const signatures = new Uint32Array(texts.length * permutations);
  const sets: Uint32Array[] = [];
  for (const [index, text] of texts.entries()) {
    await pace.tick(index);
    const set = shinglesOf(text, recipe.shingleWords);
    sets.push(set);
    hasher.sign(set, signatures, index * permutations);
  }
  const clusters = createDisjointSets(texts.length);
  const refused = new Set<number>();
  const similar = (a: number, b: number): boolean => {
    const [x, y] = [sets[a] as Uint32Array, sets[b] as Uint32Array];
    // The similarity is at most the ratio of the sizes: most unequal pairs need no walk.
    if (Math.min(x.length, y.length) < recipe.jaccard * Math.max(x.length, y.length)) return false;
    return jaccard(x, y) >= recipe.jaccard;
  };
  const bandRows = bandRowsFor(permutations, recipe.jaccard);
  for (let band = 0; band + bandRows <= permutations; band += bandRows) {
    const buckets = new Map<number, number[]>();
    for (let index = 0; index < texts.length; index += 1) {
      if (index % TICK_EVERY === 0) await pace.tick(texts.length);
      const key = hashBand(signatures, index * permutations + band, bandRows);
      const bucket = buckets.get(key);
      if (bucket === undefined) {
        buckets.set(key, [index]);
        continue;
      }
      for (const other of bucket) {
        // Texts of one cluster stay in it whatever this pair says.
        if (clusters.find(index) === clusters.find(other)) continue;
        const pair = other * texts.length + index;
        if (refused.has(pair)) continue;
        if (similar(other, index)) clusters.union(other, index);
        else refused.add(pair);
      }
      bucket.push(index);
    }
  }
  return Uint32Array.from(texts, (_, index) => clusters.find(index));
};
