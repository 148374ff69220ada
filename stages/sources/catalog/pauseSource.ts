import type { Decision, SourceState } from '../../../contracts/index.js';
import type { SourceCatalogContext } from '../ports.js';

/** Collects the source no more until it is resumed. @throws SOURCE_NOT_FOUND, TEMPORAL_UNREACHABLE */
export const pauseSource = async ({
  ctx,
  input: { name, by, reason },
}: {
  ctx: SourceCatalogContext;
  input: Decision & { readonly name: string };
}): Promise<SourceState> => {
  const pausedBecause = `paused by ${by}: ${reason}`;
  // First in the catalog: from then on a collection is refused, whatever the schedule starts.
  const state = await ctx.sources.change(name, () => ({ pausedBecause }));
  await ctx.schedules.pause(name, pausedBecause);
  return state;
};
