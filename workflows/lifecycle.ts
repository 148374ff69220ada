import { setHandler } from '@temporalio/workflow';
import { type Decision, plumblineError, type WorkflowOutput } from '../contracts/index.js';
import { parseDecision } from './_approval.js';
import { defineWorkflow } from './_define.js';
import { codedFailure } from './_edge.js';
import { pause, resume } from './_messages.js';
import type { Run } from './_run.js';

/** Sources collected at the same time; keeps the fan-out far below what one history can bear. */
const SOURCES_AT_ONCE = 20;

/** Pause takes effect before the next step: a step under way is finished first. */
const answerPause = (run: Run): void => {
  const record = (decision: string, { by, reason }: Decision) => {
    const at = new Date().toISOString();
    run.decided(decision, { by, reason }, at);
    run.pause(decision === 'pause' ? by : null);
    return { decision, by, reason, at };
  };
  const expects = (paused: boolean) => (raw: Decision) => {
    parseDecision(raw);
    if (run.paused !== paused)
      throw codedFailure(
        plumblineError(
          'DECISION_REFUSED',
          paused ? 'This run is not paused.' : 'This run is paused already.',
        ),
      );
  };
  setHandler(pause, (decision) => record('pause', decision), { validator: expects(false) });
  setHandler(resume, (decision) => record('resume', decision), { validator: expects(true) });
};

/** The parent of all: from the sources of a pipeline to a watched deployment. */
export const lifecycle = defineWorkflow(
  'lifecycle',
  ['collect', 'dataset', 'train', 'evaluate', 'promote', 'monitor'],
  async (run, { pipeline, trigger }) => {
    answerPause(run);

    await run.begin('collect');
    const collected: WorkflowOutput<'lifecycle'>['collected'] = [];
    for (let start = 0; start < pipeline.sources.length; start += SOURCES_AT_ONCE) {
      const some = pipeline.sources.slice(start, start + SOURCES_AT_ONCE);
      const batches = await Promise.all(
        some.map(async ({ name }) => ({
          source: name,
          ...(await run.child('collectSource', { pipeline, source: name }, name)),
        })),
      );
      collected.push(...batches);
    }

    await run.begin('dataset');
    const batches = collected.map(({ batchId }) => batchId);
    const dataset = await run.child('buildDataset', { pipeline, batches });
    const { datasetId } = dataset;
    run.artifact('DatasetVersion', datasetId);

    await run.begin('train');
    // A drift asks for a fresh draw; any other trigger reuses a training run of the same data and recipe.
    const generation = trigger.kind === 'drift' ? trigger.healthReport : null;
    const previous = pipeline.training.incremental
      ? (await run.activities.findChampion({ pipeline })).trainingRunId
      : null;
    const training = await run.child('trainModel', { pipeline, datasetId, generation, previous });
    const { trainingRunId } = training;
    run.artifact('TrainingRun', trainingRunId);

    await run.begin('evaluate');
    const evaluation = await run.child('evaluateModel', { pipeline, trainingRunId, datasetId });
    const { modelVersionId } = evaluation;
    run.artifact('Evaluation', evaluation.evaluationId);
    run.artifact('ModelVersion', modelVersionId);

    await run.begin('promote');
    const promotion = await run.child('promoteModel', { action: 'promote', pipeline, modelVersionId });
    if (promotion.deploymentId !== null) run.artifact('Deployment', promotion.deploymentId);

    await run.begin('monitor');
    // In every other outcome the schedule stands as the run that deployed the champion left it.
    if (promotion.outcome === 'deployed' || promotion.outcome === 'unchanged')
      await run.activities.ensureMonitoringSchedule({ pipeline });

    return { pipeline: pipeline.name, collected, dataset, training, evaluation, promotion };
  },
);
