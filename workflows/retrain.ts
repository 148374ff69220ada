import { defineWorkflow } from './_define.js';

/** Runs the lifecycle again because of a health report: a fresh draw that must pass the same gate. */
export const retrain = defineWorkflow('retrain', ['lifecycle'], async (run, input) => {
  const { pipeline, healthReport } = input;
  run.artifact('HealthReport', healthReport);
  await run.begin('lifecycle');
  return run.child('lifecycle', { pipeline, trigger: { kind: 'drift', healthReport } });
});
