import { ApplicationFailure } from '@temporalio/common';
import { continueAsNew, setHandler, workflowInfo } from '@temporalio/workflow';
import type {
  CollectCatalogSourceInput,
  CollectCatalogSourceOutput,
  CollectionFailure,
} from '../contracts/index.js';
import { activityWithRetry } from './_activities.js';
import { addCollected, HISTORY_EVENTS_MAX } from './_collected.js';
import { defineWorkflow } from './_define.js';
import { toWorkflowFailure } from './_edge.js';
import { collectAgain } from './_messages.js';

const MESSAGE_CHARACTERS_MAX = 1000;

/** No failure of the source itself: somebody paused it, or another run of it was quicker. */
const BLAMELESS = new Set(['SOURCE_PAUSED', 'ATTEMPT_FENCED', 'SOURCE_NOT_FOUND']);

/** The coded failure that a source is to blame for, or null: a cancellation, or a bug that a corrected worker mends. */
const failureOf = (thrown: unknown): CollectionFailure | null => {
  const failure = toWorkflowFailure(thrown);
  if (!(failure instanceof ApplicationFailure) || BLAMELESS.has(failure.type ?? '')) return null;
  return { code: failure.type ?? 'INTERNAL', message: failure.message.slice(0, MESSAGE_CHARACTERS_MAX) };
};

/**
 * Collects a source of the catalog until it has no more, and notes how it went: too many failures in a row pause the
 * source. An event that arrives meanwhile makes it read on once more, however many arrive.
 */
export const collectCatalogSource = defineWorkflow(
  'collectCatalogSource',
  ['collect'],
  async (run, input) => {
    const { source, retry } = input;
    let { collected = { records: 0, quarantined: 0, reused: true } } = input;
    let batchId: string | null = null;
    let [more, again] = [true, false];
    setHandler(collectAgain, () => {
      again = true;
    });
    const collect = activityWithRetry(run.now, 'collectCatalogSource', retry);
    await run.begin('collect');
    for (;;) {
      try {
        while (more || again) {
          again = false;
          const batch = await collect({ source });
          more = batch?.more === true;
          if (batch === null) continue;
          ({ batchId } = batch);
          collected = addCollected(collected, batch);
          run.artifact('SourceBatch', batch.batchId);
          if (more && workflowInfo().historyLength > HISTORY_EVENTS_MAX)
            await continueAsNew<(input: CollectCatalogSourceInput) => Promise<CollectCatalogSourceOutput>>({
              source,
              retry,
              collected,
            });
        }
      } catch (thrown) {
        const failure = failureOf(thrown);
        if (failure !== null) await run.activities.noteCollection({ source, failure, batchId });
        throw thrown;
      }
      await run.activities.noteCollection({ source, failure: null, batchId });
      if (!again) return { batchId, ...collected };
    }
  },
);
