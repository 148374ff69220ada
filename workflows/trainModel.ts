import { defineWorkflow } from './_define.js';

/** Fine-tunes the base model on a dataset version. */
export const trainModel = defineWorkflow('trainModel', ['train'], async (run, input) => {
  run.artifact('DatasetVersion', input.datasetId);
  await run.begin('train');
  const training = await run.activities.trainModel(input);
  run.artifact('TrainingRun', training.trainingRunId);
  return training;
});
