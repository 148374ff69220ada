import type { CollectCatalogSourceInput, CollectSourceOutput } from '../contracts/index.js';

/** Two batches before Temporal warns of a long history; a batch is an activity, and that six events. */
export const HISTORY_EVENTS_MAX = 3_980;

export type Collected = NonNullable<CollectCatalogSourceInput['collected']>;

/** The counts of a run are those of the batches that it made; of a run that made none, those of the batch it found. */
export const addCollected = (before: Collected | undefined, batch: CollectSourceOutput): Collected => {
  const { records, quarantined, reused } = batch;
  if (before === undefined || before.reused) return { records, quarantined, reused };
  if (reused) return before;
  return {
    records: before.records + records,
    quarantined: before.quarantined + quarantined,
    reused: false,
  };
};
