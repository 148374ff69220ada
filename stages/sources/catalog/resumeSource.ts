import type { SourceState } from '../../../contracts/index.js';
import type { SourceCatalogContext } from '../ports.js';

/** Collects a paused source again; its failures are forgiven. @throws SOURCE_NOT_FOUND, TEMPORAL_UNREACHABLE */
export const resumeSource = async ({
  ctx,
  input: { name },
}: {
  ctx: SourceCatalogContext;
  input: { readonly name: string };
}): Promise<SourceState> => {
  const state = await ctx.sources.change(name, () => ({ pausedBecause: null, failures: 0 }));
  const { schedule, retry } = state.entry;
  if (schedule !== null) await ctx.schedules.ensure({ source: name, when: schedule, retry });
  return state;
};
