import { defineSearchAttributeKey, type SearchAttributeUpdatePair } from '@temporalio/common';
import {
  condition,
  defineQuery,
  getExternalWorkflowHandle,
  log,
  ParentClosePolicy,
  setHandler,
  startChild,
  upsertSearchAttributes,
  workflowInfo,
} from '@temporalio/workflow';
import {
  type ArtifactKind,
  type Decision,
  type WorkflowInput,
  type WorkflowName,
  type WorkflowOutput,
  type WorkflowState,
  workflowId,
} from '../contracts/index.js';
import type { SEARCH_ATTRIBUTES } from '../temporal.config.js';
import { activitiesAt, type BoundActivities } from './_activities.js';
import { childWaits } from './_messages.js';

export const stateQuery = defineQuery<WorkflowState>('state');

/** What the run is about, as its id and search attributes name it. */
export interface Subject {
  readonly stage: string;
  readonly pipeline: string;
  readonly model: string;
}

/** One run of a workflow: its instant, its activities and children, and what the `state` query answers. */
export class Run {
  /** The one instant of the run. */
  readonly now = workflowInfo().startTime.toISOString();
  readonly activities: BoundActivities = activitiesAt(this.now);
  private pausedBy: string | null = null;
  private readonly state: WorkflowState;

  constructor(
    workflow: WorkflowName,
    steps: readonly string[],
    private readonly subject: Subject,
  ) {
    this.state = {
      workflow,
      pipeline: subject.pipeline,
      state: 'running',
      step: steps[0] ?? workflow,
      steps: [...steps],
      waitingFor: null,
      children: [],
      artifacts: {},
      decisions: [],
    };
    setHandler(stateQuery, () => this.state, { description: 'Step, state, children, artifacts, decisions.' });
    setHandler(childWaits, ({ waitingFor }) => this.wait(waitingFor));
    this.attributes({
      PlumblineStage: subject.stage,
      PlumblinePipeline: subject.pipeline,
      PlumblineModel: subject.model,
      PlumblineState: 'running',
    });
  }

  get waitingFor(): string | null {
    return this.state.waitingFor;
  }

  /** Begins a step; a paused run is held here. */
  async begin(step: string): Promise<void> {
    if (this.pausedBy !== null) {
      this.setState('paused', `resume (paused by ${this.pausedBy})`);
      await condition(() => this.pausedBy === null);
      this.setState('running', null);
    }
    this.state.step = step;
  }

  pause(by: string | null): void {
    this.pausedBy = by;
  }

  get paused(): boolean {
    return this.pausedBy !== null;
  }

  artifact(kind: ArtifactKind, id: string): void {
    this.state.artifacts[kind] = id;
    if (kind === 'DatasetVersion') this.attributes({ PlumblineDataset: id });
  }

  decided(decision: string, { by, reason }: Decision, at: string): void {
    this.state.decisions.push({ decision, by, reason, at });
  }

  /** Says what a person must do before the run goes on; the parents say it too. Null: nothing any more. */
  wait(waitingFor: string | null): void {
    this.setState(waitingFor === null ? 'running' : 'waiting', waitingFor);
    const { parent } = workflowInfo();
    // A retraining is nobody's child in this sense: the monitoring run that started it has ended.
    if (parent === undefined || this.state.workflow === 'retrain') return;
    getExternalWorkflowHandle(parent.workflowId, parent.runId)
      .signal(childWaits, { waitingFor })
      .catch((error: unknown) => log.warn('The parent was not told what this run waits for.', { error }));
  }

  end(state: 'completed' | 'failed' | 'cancelled'): void {
    this.setState(state, null);
  }

  /** Runs a child to its end; its id is shown in `children` from its start. */
  async child<N extends WorkflowName>(
    name: N,
    input: WorkflowInput<N>,
    ...parts: (string | number)[]
  ): Promise<WorkflowOutput<N>> {
    const id = workflowId(name, this.subject.pipeline, this.now, ...parts);
    const handle = await startChild<(input: WorkflowInput<N>) => Promise<WorkflowOutput<N>>>(name, {
      workflowId: id,
      args: [input],
      parentClosePolicy: ParentClosePolicy.REQUEST_CANCEL,
    });
    this.state.children.push(id);
    return handle.result();
  }

  /** Starts a child that outlives this run. @returns its id; one that runs already under the id is kept. */
  async launch<N extends WorkflowName>(name: N, input: WorkflowInput<N>): Promise<string> {
    const id = workflowId(name, this.subject.pipeline, this.now);
    await startChild<(input: WorkflowInput<N>) => Promise<WorkflowOutput<N>>>(name, {
      workflowId: id,
      args: [input],
      parentClosePolicy: ParentClosePolicy.ABANDON,
      workflowIdReusePolicy: 'REJECT_DUPLICATE',
    });
    this.state.children.push(id);
    return id;
  }

  private setState(state: WorkflowState['state'], waitingFor: string | null): void {
    this.state.waitingFor = waitingFor;
    if (this.state.state === state) return;
    this.state.state = state;
    this.attributes({ PlumblineState: state });
  }

  private attributes(values: Partial<Record<(typeof SEARCH_ATTRIBUTES)[number], string>>): void {
    upsertSearchAttributes(
      Object.entries(values).map(
        ([name, value]): SearchAttributeUpdatePair => ({
          key: defineSearchAttributeKey(name, 'KEYWORD'),
          value,
        }),
      ),
    );
  }
}
