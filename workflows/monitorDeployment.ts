import { WorkflowExecutionAlreadyStartedError } from '@temporalio/common';
import { workflowId } from '../contracts/index.js';
import { defineWorkflow } from './_define.js';

/** Compares the newest window of predictions with the reference; a confirmed drift starts a retraining. */
export const monitorDeployment = defineWorkflow(
  'monitorDeployment',
  ['compare', 'act'],
  async (run, { pipeline }) => {
    await run.begin('compare');
    const comparison = await run.activities.compareWindow({ pipeline });
    const { healthReportId, outcome, pValue, confirmed } = comparison;
    if (healthReportId !== null) run.artifact('HealthReport', healthReportId);
    const report = { healthReportId, outcome, pValue, confirmed };
    if (!confirmed || healthReportId === null || pipeline.monitoring.onDrift !== 'retrain')
      return { ...report, retrain: null };

    await run.begin('act');
    // Drift goes on while the answer to it is being trained; a second retraining would only cost the device.
    const { workflowId: underWay } = await run.activities.findRetraining({ pipeline });
    if (underWay !== null) return { ...report, retrain: underWay };
    const reason = `Drift was confirmed by ${pipeline.monitoring.confirmWindows} windows in a row (p = ${pValue}).`;
    try {
      return {
        ...report,
        retrain: await run.launch('retrain', { pipeline, healthReport: healthReportId, reason }),
      };
    } catch (error) {
      // Another monitoring run of the same instant has started it: that retraining is the one.
      if (!(error instanceof WorkflowExecutionAlreadyStartedError)) throw error;
      return { ...report, retrain: workflowId('retrain', pipeline.name, run.now) };
    }
  },
);
