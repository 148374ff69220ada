import { defineWorkflow } from './_define.js';

/** Reads one source of a pipeline into a batch. Collecting the same files again changes nothing. */
export const collectSource = defineWorkflow('collectSource', ['collect'], async (run, input) => {
  await run.begin('collect');
  const batch = await run.activities.collectSource(input);
  run.artifact('SourceBatch', batch.batchId);
  return batch;
});
