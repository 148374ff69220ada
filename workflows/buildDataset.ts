import { defineWorkflow } from './_define.js';

/** Cleans batches and splits them into a dataset version. */
export const buildDataset = defineWorkflow('buildDataset', ['build'], async (run, input) => {
  await run.begin('build');
  const dataset = await run.activities.buildDataset(input);
  run.artifact('DatasetVersion', dataset.datasetId);
  return dataset;
});
