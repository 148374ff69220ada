import type { CleaningRecipe } from '../../../contracts/index.js';
import type { Pace } from '../../pace.js';
import { clusterTexts, textsOf } from '../nearDuplicates/clusterTexts.js';
import { keepOne, smallestId } from './duplicates.js';
import type { Comparable, Duplicate } from './rule.js';

export interface NearDuplicates {
  /** Record id -> smallest record id of its cluster; a record unlike all others is a cluster of its own. */
  readonly clusterOf: ReadonlyMap<string, string>;
  /** Clusters of more than one record. */
  readonly clusters: number;
  readonly duplicates: readonly Duplicate[];
}

/** Records whose texts are nearly the same form a cluster, which never crosses a split; one of it is kept. */
export const nearDuplicate = {
  name: 'near-duplicate',
  version: 2,
  find: async (
    rows: readonly Comparable[],
    recipe: CleaningRecipe['nearDuplicates'],
    pace: Pace,
  ): Promise<NearDuplicates> => {
    const roots = await clusterTexts(textsOf(rows.map(({ text }) => text)), recipe, pace);
    const members = new Map<number, Comparable[]>();
    rows.forEach((row, index) => {
      const root = roots[index] as number;
      const cluster = members.get(root);
      if (cluster === undefined) members.set(root, [row]);
      else cluster.push(row);
    });
    const clusterOf = new Map<string, string>();
    for (const cluster of members.values()) {
      const id = smallestId(cluster);
      for (const { recordId } of cluster) clusterOf.set(recordId, id);
    }
    const several = [...members.values()].filter((cluster) => cluster.length > 1);
    const duplicates = recipe.drop ? several.flatMap((cluster) => keepOne(cluster, 'near-duplicate')) : [];
    return { clusterOf, clusters: several.length, duplicates };
  },
} as const;
