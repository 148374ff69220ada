/**
 * How behaviour of live workflows changed: one row a patch, oldest first. The code asks `patched(id)` with an id
 * of this table; a row leaves when no run that started before it can be alive.
 */
export interface Patch {
  readonly id: string;
  /** Day the patch was released, `YYYY-MM-DD`. */
  readonly since: string;
  readonly workflow: string;
  /** What runs did before, what they do since, and why. */
  readonly story: string;
}

export const PATCHES: readonly Patch[] = [];
