import { defineSignal, defineUpdate } from '@temporalio/workflow';
import type { Decision, WorkflowState } from '../contracts/index.js';

/** What can be said to a running workflow. Decisions answer with the entry that was recorded. */
export type RecordedDecision = WorkflowState['decisions'][number];

export const approve = defineUpdate<RecordedDecision, [Decision]>('approve');
export const reject = defineUpdate<RecordedDecision, [Decision]>('reject');
export const pause = defineUpdate<RecordedDecision, [Decision]>('pause');
export const resume = defineUpdate<RecordedDecision, [Decision]>('resume');

/** To the run that collects a source: something has happened there, so read on once more. */
export const collectAgain = defineSignal('collectAgain');

/** From a child to its parent: what a person must do before the child goes on; null when nothing any more. */
export const childWaits = defineSignal<[{ waitingFor: string | null }]>('childWaits');
