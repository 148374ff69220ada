import type { SourceCatalogContext } from '../ports.js';

/**
 * Takes a source out of the catalog. What was collected of it stays, and is gone on from when a source of this name is
 * created again.
 * @throws SOURCE_NOT_FOUND, TEMPORAL_UNREACHABLE
 */
export const removeSource = async ({
  ctx,
  input: { name },
}: {
  ctx: SourceCatalogContext;
  input: { readonly name: string };
}): Promise<void> => {
  await ctx.sources.get(name);
  await ctx.schedules.remove(name);
  await ctx.sources.remove(name);
};
