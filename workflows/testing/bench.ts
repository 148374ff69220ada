import { fileURLToPath } from 'node:url';
import type { WorkflowHandleWithFirstExecutionRunId } from '@temporalio/client';
import { TestWorkflowEnvironment } from '@temporalio/testing';
import {
  bundleWorkflowCode,
  DefaultLogger,
  Runtime,
  Worker,
  type WorkflowBundleWithSourceMap,
} from '@temporalio/worker';
import type { WorkflowInput, WorkflowName, WorkflowOutput } from '../../contracts/index.js';
import { QUEUES, SEARCH_ATTRIBUTES } from '../../temporal.config.js';
import type { ActivityName } from '../_activities.js';
import { type DevServer, startDevServer } from './devServer.js';

/** A literal activity: what the orchestration tests put in the place of a stage. */
export type LiteralActivity = (request: { now: string; input: never }) => Promise<unknown>;
export type LiteralActivities = Partial<Record<ActivityName, LiteralActivity>>;

/** The workflow code, bundled from source. */
export const bundleFromSource = (): Promise<WorkflowBundleWithSourceMap> =>
  bundleWorkflowCode({
    workflowsPath: fileURLToPath(new URL('../index.ts', import.meta.url)),
    logger: new DefaultLogger('ERROR'),
  });

/**
 * A development server with the project's search attributes, and a worker a queue. `close()` replays the history
 * of every run that was started, so that no test passes with a workflow that cannot be replayed.
 */
export class WorkflowBench {
  private readonly started = new Set<string>();

  private constructor(
    readonly env: TestWorkflowEnvironment,
    private readonly server: DevServer,
    private readonly bundle: WorkflowBundleWithSourceMap,
  ) {}

  static async open({
    searchAttributes = SEARCH_ATTRIBUTES as readonly string[],
  } = {}): Promise<WorkflowBench> {
    Runtime.install({ logger: new DefaultLogger('ERROR') });
    const server = await startDevServer(searchAttributes);
    const env = await TestWorkflowEnvironment.createFromExistingServer({ address: server.address });
    return new WorkflowBench(env, server, await bundleFromSource());
  }

  /** Serves the three queues with these activities while `body` runs. */
  async serving<T>(activities: LiteralActivities, body: () => Promise<T>): Promise<T> {
    const workers = await Promise.all(
      Object.values(QUEUES).map((taskQueue) =>
        Worker.create({
          connection: this.env.nativeConnection,
          taskQueue,
          activities,
          workflowBundle: this.bundle,
          maxHeartbeatThrottleInterval: '200ms',
        }),
      ),
    );
    const stopped = Promise.all(workers.map((worker) => worker.run()));
    try {
      return await body();
    } finally {
      for (const worker of workers) worker.shutdown();
      await stopped;
    }
  }

  async start<N extends WorkflowName>(
    name: N,
    input: WorkflowInput<N>,
    id: string,
  ): Promise<WorkflowHandleWithFirstExecutionRunId<(input: WorkflowInput<N>) => Promise<WorkflowOutput<N>>>> {
    const handle = await this.env.client.workflow.start<
      (input: WorkflowInput<N>) => Promise<WorkflowOutput<N>>
    >(name, { taskQueue: QUEUES.control, workflowId: id, args: [input] });
    this.started.add(id);
    return handle;
  }

  /** Ids of every run on the server: the started ones and their children. */
  async runs(): Promise<string[]> {
    const ids = new Set(this.started);
    for await (const run of this.env.client.workflow.list()) ids.add(run.workflowId);
    return [...ids].sort();
  }

  async replayAll(): Promise<void> {
    for (const workflowId of await this.runs()) {
      const history = await this.env.client.workflow.getHandle(workflowId).fetchHistory();
      await Worker.runReplayHistory({ workflowBundle: this.bundle }, history, workflowId);
    }
  }

  async close(): Promise<void> {
    try {
      await this.replayAll();
    } finally {
      await this.env.teardown();
      await this.server.stop();
    }
  }
}
