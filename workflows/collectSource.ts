import { continueAsNew, workflowInfo } from '@temporalio/workflow';
import type { CollectSourceInput, CollectSourceOutput } from '../contracts/index.js';
import { defineWorkflow } from './_define.js';

/** Two batches before Temporal warns of a long history; a batch is an activity, and that six events. */
const HISTORY_EVENTS_MAX = 3_980;

type Collected = NonNullable<CollectSourceInput['collected']>;

/** The counts of a run are those of the batches that it made; of a run that made none, those of the batch it found. */
const added = (before: Collected | undefined, batch: CollectSourceOutput): Collected => {
  const { records, quarantined, reused } = batch;
  if (before === undefined || before.reused) return { records, quarantined, reused };
  if (reused) return before;
  return {
    records: before.records + records,
    quarantined: before.quarantined + quarantined,
    reused: false,
  };
};

/**
 * Collects one source of a pipeline until it has no more at the moment, batch by batch. Collecting again what has
 * been collected changes nothing.
 */
export const collectSource = defineWorkflow('collectSource', ['collect'], async (run, input) => {
  const { pipeline, source } = input;
  let { collected } = input;
  await run.begin('collect');
  for (;;) {
    const batch = await run.activities.collectSource({ pipeline, source });
    collected = added(collected, batch);
    run.artifact('SourceBatch', batch.batchId);
    if (batch.more !== true) return { batchId: batch.batchId, ...collected };
    if (workflowInfo().historyLength > HISTORY_EVENTS_MAX)
      await continueAsNew<(input: CollectSourceInput) => Promise<CollectSourceOutput>>({
        pipeline,
        source,
        collected,
      });
  }
});
