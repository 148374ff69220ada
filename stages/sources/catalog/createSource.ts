import type { SourceEntry, SourceState } from '../../../contracts/index.js';
import type { SourceCatalogContext } from '../ports.js';

/**
 * Adds a source to the catalog and begins its schedule.
 * @throws SOURCE_EXISTS, TEMPORAL_UNREACHABLE; the source is not there then
 */
export const createSource = async ({
  ctx,
  input: { entry, now },
}: {
  ctx: SourceCatalogContext;
  input: { readonly entry: SourceEntry; readonly now: string };
}): Promise<SourceState> => {
  const state = await ctx.sources.create(entry, now);
  try {
    const { schedule, retry } = entry;
    if (schedule !== null) await ctx.schedules.ensure({ source: state.name, when: schedule, retry });
  } catch (thrown) {
    await ctx.sources.remove(state.name);
    throw thrown;
  }
  return state;
};
