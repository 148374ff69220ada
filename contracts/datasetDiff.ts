import { z } from 'zod';
import { Sha256 } from './artifacts.js';

/** Rows that differ between two dataset versions for one reason. */
export const RowChange = z.object({
  /** `added`: in the second version only; `removed`: in the first only; `changed`: in both, not the same. */
  change: z.enum(['added', 'removed', 'changed']),
  /** Why the other version lacks it; of changed rows the members that differ and the rules that account for it. */
  reason: z.string(),
  rows: z.number().int().positive(),
  /** The first record ids. */
  examples: z.array(Sha256).min(1),
});
export type RowChange = z.infer<typeof RowChange>;

/** What is different in the second dataset version. */
export const DatasetDiff = z
  .object({
    from: Sha256,
    to: Sha256,
    rows: z.object({
      from: z.number().int().nonnegative(),
      to: z.number().int().nonnegative(),
      same: z.number().int().nonnegative(),
      added: z.number().int().nonnegative(),
      removed: z.number().int().nonnegative(),
      changed: z.number().int().nonnegative(),
    }),
    /** Of each change the most frequent reasons first. */
    changes: z.array(RowChange),
    /** Source batches that only one of them was made from, chains included. */
    batches: z.object({ added: z.array(Sha256), removed: z.array(Sha256) }),
    /** What the manifests say they were made by: `recipe.split.seed` and the like, as JSON. */
    settings: z.array(z.object({ path: z.string(), from: z.string(), to: z.string() })),
  })
  .meta({ id: 'DatasetDiff' });
export type DatasetDiff = z.infer<typeof DatasetDiff>;
