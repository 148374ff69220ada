import {
  CATALOG_PIPELINE,
  type CatalogSource,
  type CollectSourceOutput,
  canonicalJson,
  plumblineError,
  type SourceEntry,
} from '../../../contracts/index.js';
import { type BatchOwner, quarantinedIn } from '../batch.js';
import { collectFrom } from '../collectFrom.js';
import type { SourcesContext } from '../ports.js';

/** @throws PIPELINE_INVALID when a dataset would read the records otherwise than they were collected */
const checkFits = (owner: BatchOwner, section: CatalogSource, entry: SourceEntry): void => {
  const unknown = entry.labels.filter((label) => !owner.labels.includes(label));
  const problem =
    unknown.length > 0
      ? `its labels ${unknown.join(', ')} are none of pipeline ${owner.name}`
      : canonicalJson(section.label) === canonicalJson(entry.source.label)
        ? null
        : 'its `label` is another in the catalog';
  if (problem === null) return;
  throw plumblineError('PIPELINE_INVALID', `source ${section.source} of the catalog: ${problem}`, {
    details: { pipeline: owner.name, source: section.source },
  });
};

/**
 * Collects the source of the catalog that a pipeline names, into the catalog's own batches. Of a paused one the newest
 * batch is the answer.
 * @throws SOURCE_NOT_FOUND, SOURCE_PAUSED when it was never collected; PIPELINE_INVALID; and as `collectSource`
 */
export const collectReferenced = async (
  ctx: SourcesContext,
  owner: BatchOwner,
  section: CatalogSource,
): Promise<CollectSourceOutput> => {
  const { entry, pausedBecause, batchId } = await ctx.sources.get(section.source);
  checkFits(owner, section, entry);
  if (pausedBecause === null)
    return collectFrom(ctx, { name: CATALOG_PIPELINE, labels: entry.labels }, entry.source);
  if (batchId === null)
    throw plumblineError('SOURCE_PAUSED', `source ${section.source} is paused: ${pausedBecause}`, {
      details: { source: section.source },
    });
  const batch = await ctx.artifacts.get('SourceBatch', batchId);
  ctx.log.warn(
    { source: section.source, batchId, pausedBecause },
    'the source is paused: its newest batch is taken',
  );
  return { batchId, records: batch.records, quarantined: quarantinedIn(batch), reused: true };
};
