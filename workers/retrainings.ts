import type { Client } from '@temporalio/client';
import type { RetrainingCatalog } from '../activities/index.js';
import { unreachable } from './unreachable.js';

/** Retrainings under way, by their search attributes. Names of pipelines hold no quotes, so none is escaped. */
export const temporalRetrainings = (client: Client): RetrainingCatalog => ({
  running: async (pipeline) => {
    const query = `WorkflowType = 'retrain' AND ExecutionStatus = 'Running' AND PlumblinePipeline = '${pipeline}'`;
    try {
      for await (const { workflowId } of client.workflow.list({ query, pageSize: 1 })) return workflowId;
      return null;
    } catch (cause) {
      throw unreachable(`The retrainings of ${pipeline} could not be listed.`, cause);
    }
  },
});
