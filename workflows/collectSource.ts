import { continueAsNew, workflowInfo } from '@temporalio/workflow';
import type { CollectSourceInput, CollectSourceOutput } from '../contracts/index.js';
import { addCollected, HISTORY_EVENTS_MAX } from './_collected.js';
import { defineWorkflow } from './_define.js';

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
    collected = addCollected(collected, batch);
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
