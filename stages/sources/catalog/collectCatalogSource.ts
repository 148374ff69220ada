import {
  CATALOG_PIPELINE,
  type CollectCatalogSourceInput,
  type CollectSourceOutput,
  PlumblineError,
  plumblineError,
} from '../../../contracts/index.js';
import { collectFrom } from '../collectFrom.js';
import type { SourcesContext } from '../ports.js';

/**
 * Collects a source of the catalog, as `collectSource` does one of a pipeline.
 * @returns null when it has never had a record, which for a queue is nothing bad.
 * @throws SOURCE_NOT_FOUND, SOURCE_PAUSED, and as `collectSource`
 */
export const collectCatalogSource = async ({
  ctx,
  input: { source },
}: {
  ctx: SourcesContext;
  input: Pick<CollectCatalogSourceInput, 'source'>;
}): Promise<CollectSourceOutput | null> => {
  const { entry, pausedBecause } = await ctx.sources.get(source);
  if (pausedBecause !== null)
    throw plumblineError('SOURCE_PAUSED', `source ${source} is paused: ${pausedBecause}`, {
      details: { source },
    });
  try {
    return await collectFrom(ctx, { name: CATALOG_PIPELINE, labels: entry.labels }, entry.source);
  } catch (thrown) {
    if (thrown instanceof PlumblineError && thrown.code === 'SOURCE_EMPTY') return null;
    throw thrown;
  }
};
