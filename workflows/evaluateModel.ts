import { defineWorkflow } from './_define.js';

/** Trains the points of the learning curve, measures the model on the test split and registers it. */
export const evaluateModel = defineWorkflow(
  'evaluateModel',
  ['learning-curve', 'evaluate', 'register'],
  async (run, input) => {
    const { pipeline, trainingRunId, datasetId } = input;
    run.artifact('DatasetVersion', datasetId);
    run.artifact('TrainingRun', trainingRunId);

    await run.begin('learning-curve');
    const { sizes } = await run.activities.planLearningCurve({ pipeline, trainingRunId });
    const learningCurveRuns: string[] = [];
    // One after the other: they share one device. They have no generation, so that retraining reuses them.
    for (const rowsMax of sizes) {
      const point = { pipeline, datasetId, rowsMax, generation: null, previous: null };
      learningCurveRuns.push((await run.child('trainModel', point, `rows-${rowsMax}`)).trainingRunId);
    }

    await run.begin('evaluate');
    const evaluation = await run.activities.evaluateModel({
      pipeline,
      trainingRunId,
      datasetId,
      learningCurveRuns,
    });
    const { evaluationId } = evaluation;
    run.artifact('Evaluation', evaluationId);

    await run.begin('register');
    const registered = await run.activities.registerModel({ pipeline, trainingRunId, evaluationId });
    run.artifact('ModelVersion', registered.modelVersionId);
    return {
      evaluationId,
      modelVersionId: registered.modelVersionId,
      version: registered.version,
      test: evaluation.test,
      baselines: evaluation.baselines,
      reused: evaluation.reused && registered.reused,
    };
  },
);
