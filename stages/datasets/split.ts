import type { SplitName, SplitRecipe } from '../../contracts/index.js';
import { SPLITS } from '../../contracts/index.js';
import { sha256Hex } from '../digest.js';

const HASH_DIGITS = 13;
const HASH_RANGE = 16 ** HASH_DIGITS;

/**
 * The split of a near-duplicate cluster: a hash of seed and cluster id, read as a number from 0 to 1, against
 * the shares. So a cluster is never cut, and a record's split does not change when others come or go.
 */
export const splitOf = (clusterId: string, recipe: SplitRecipe): SplitName => {
  const point =
    Number.parseInt(sha256Hex(`${recipe.seed}\n${clusterId}`).slice(0, HASH_DIGITS), 16) / HASH_RANGE;
  const total = recipe.train + recipe.validation + recipe.test;
  let edge = 0;
  for (const split of SPLITS) {
    edge += recipe[split] / total;
    if (point < edge) return split;
  }
  return 'test';
};
