import {
  type Client,
  isGrpcServiceError,
  WorkflowExecutionAlreadyStartedError,
  WorkflowFailedError,
  WorkflowNotFoundError,
  WorkflowUpdateFailedError,
} from '@temporalio/client';
import { ApplicationFailure, defaultPayloadConverter, rootCause } from '@temporalio/common';
import {
  assertPayloadSize,
  type Decision,
  type DecisionName,
  ERRORS,
  isErrorCode,
  Progress,
  plumblineError,
  type RunDetail,
  type RunState,
  type RunSummary,
  type StartedRun,
  sourceScheduleId,
  type WorkflowName,
  WorkflowState,
} from '../../contracts/index.js';
import { QUEUES } from '../../temporal.config.js';

/** The one place where the API talks to Temporal; gRPC errors are translated here. */
export interface RunFilter {
  readonly pipeline?: string | undefined;
  readonly workflow?: string | undefined;
  readonly state?: RunState | undefined;
  readonly limit: number;
}

/** gRPC status codes: NOT_FOUND, and DEADLINE_EXCEEDED and UNAVAILABLE. */
const GRPC_NOT_FOUND = 5;
const UNAVAILABLE_CODES = new Set([4, 14]);

/** The client wraps the gRPC error of some calls in its own ServiceError. */
const grpcErrorOf = (thrown: unknown) => {
  for (const error of [thrown, thrown instanceof Error ? thrown.cause : undefined])
    if (isGrpcServiceError(error)) return error;
  return null;
};

const translate = (thrown: unknown, workflowId = ''): never => {
  const grpc = grpcErrorOf(thrown);
  if (thrown instanceof WorkflowNotFoundError || grpc?.code === GRPC_NOT_FOUND)
    throw plumblineError('RUN_NOT_FOUND', `there is no run "${workflowId}"`, { cause: thrown });
  if (grpc?.details.includes('invalid search attribute'))
    throw plumblineError(
      'TEMPORAL_UNREACHABLE',
      'Temporal does not know the search attributes yet; a control worker registers them when it starts',
      { cause: thrown },
    );
  if (grpc !== null && UNAVAILABLE_CODES.has(grpc.code))
    throw plumblineError('TEMPORAL_UNREACHABLE', 'Temporal does not answer', { cause: thrown });
  throw thrown;
};

const STATE_OF_STATUS: Readonly<Record<string, RunState>> = {
  RUNNING: 'running',
  CONTINUED_AS_NEW: 'running',
  COMPLETED: 'completed',
  CANCELLED: 'cancelled',
};
const stateOf = (status: string): RunState => STATE_OF_STATUS[status] ?? 'failed';

const STATUS_FILTER: Readonly<Record<RunState, string>> = {
  running: 'ExecutionStatus = "Running"',
  waiting: 'ExecutionStatus = "Running" AND PlumblineState = "waiting"',
  paused: 'ExecutionStatus = "Running" AND PlumblineState = "paused"',
  completed: 'ExecutionStatus = "Completed"',
  failed: '(ExecutionStatus = "Failed" OR ExecutionStatus = "TimedOut" OR ExecutionStatus = "Terminated")',
  cancelled: 'ExecutionStatus = "Canceled"',
};

/** Visibility queries take values in double quotes; anything that could end the quote is refused. */
const quoted = (value: string): string => {
  if (!/^[\w./-]{1,200}$/.test(value))
    throw plumblineError('REQUEST_INVALID', 'a filter may hold letters, digits, ".", "_", "/" and "-" only');
  return `"${value}"`;
};

const summaryOf = (description: {
  workflowId: string;
  runId: string;
  type: string;
  status: { name: string };
  startTime: Date;
  closeTime?: Date | undefined;
  searchAttributes?: Readonly<Record<string, unknown>>;
}): RunSummary => {
  const attribute = (name: string): string | null => {
    const value = description.searchAttributes?.[name];
    return Array.isArray(value) && typeof value[0] === 'string' ? value[0] : null;
  };
  const state = stateOf(description.status.name);
  const live = attribute('PlumblineState');
  return {
    workflowId: description.workflowId,
    runId: description.runId,
    workflow: description.type,
    pipeline: attribute('PlumblinePipeline'),
    state: state === 'running' && (live === 'waiting' || live === 'paused') ? live : state,
    startedAt: description.startTime.toISOString(),
    closedAt: description.closeTime?.toISOString() ?? null,
  };
};

const firstPayload = (details: { payloads?: unknown[] | null } | null | undefined): unknown => {
  const payload = details?.payloads?.[0];
  if (payload === undefined || payload === null) return null;
  return defaultPayloadConverter.fromPayload(payload);
};

/** How deep children of children are followed for live progress. */
const DEPTH_MAX = 3;
const QUERY_TIMEOUT_MS = 3000;

export const createTemporalGateway = (client: Client) => {
  const stateQuery = async (workflowId: string): Promise<WorkflowState | null> => {
    const answer = await client
      .withDeadline(Date.now() + QUERY_TIMEOUT_MS, () => client.workflow.getHandle(workflowId).query('state'))
      // Queries need a live worker; the run is worth showing without its state too.
      .catch(() => null);
    return WorkflowState.nullable().catch(null).parse(answer);
  };

  const inspect = async (
    workflowId: string,
    depth: number,
  ): Promise<Pick<RunDetail, 'status' | 'activities'> & { summary: RunSummary }> => {
    const description = await client.workflow
      .getHandle(workflowId)
      .describe()
      .catch((error: unknown) => translate(error, workflowId));
    const status = await stateQuery(workflowId);
    const own = (description.raw.pendingActivities ?? []).map((activity) => ({
      workflowId,
      type: activity.activityType?.name ?? '',
      attempt: activity.attempt ?? 1,
      progress: Progress.nullable().catch(null).parse(firstPayload(activity.heartbeatDetails)),
      lastFailure: activity.lastFailure?.message ?? null,
    }));
    const running = description.status.name === 'RUNNING' && depth > 0;
    const children = running ? (status?.children ?? []) : [];
    const nested = await Promise.all(
      children.map((child) => inspect(child, depth - 1).catch(() => ({ activities: [], summary: null }))),
    );
    return {
      summary: summaryOf(description),
      status,
      activities: [...own, ...nested.flatMap((child) => child.activities)],
    };
  };

  const failureOf = (thrown: unknown): RunDetail['failure'] => {
    const cause = thrown instanceof WorkflowFailedError ? deepest(thrown) : thrown;
    const code = cause instanceof ApplicationFailure && isErrorCode(cause.type) ? cause.type : 'INTERNAL';
    return { code, message: rootCause(cause) ?? String(cause), action: ERRORS[code].action };
  };

  return {
    /** @throws RUN_ALREADY_EXISTS, PAYLOAD_TOO_LARGE, TEMPORAL_UNREACHABLE */
    async start(workflow: WorkflowName, workflowId: string, input: unknown): Promise<StartedRun> {
      const handle = await client.workflow
        .start(workflow, {
          taskQueue: QUEUES.control,
          workflowId,
          args: [assertPayloadSize(`the input of ${workflow}`, input)],
          workflowIdReusePolicy: 'REJECT_DUPLICATE',
        })
        .catch((error: unknown) => {
          if (error instanceof WorkflowExecutionAlreadyStartedError)
            throw plumblineError('RUN_ALREADY_EXISTS', `the run "${workflowId}" exists`, { cause: error });
          return translate(error, workflowId);
        });
      return { workflowId, runId: handle.firstExecutionRunId, workflow };
    },

    /**
     * Starts the collection of a catalogued source, or tells the one under way to read on once more: of any number of
     * events that arrive meanwhile, none is missed and all together cost one further reading.
     * @throws TEMPORAL_UNREACHABLE
     */
    async collect(source: string, input: unknown): Promise<StartedRun> {
      const workflow = 'collectCatalogSource';
      const workflowId = sourceScheduleId(source);
      const handle = await client.workflow
        .signalWithStart(workflow, {
          taskQueue: QUEUES.control,
          workflowId,
          args: [input],
          signal: 'collectAgain',
        })
        .catch((error: unknown) => translate(error, workflowId));
      return { workflowId, runId: handle.signaledRunId, workflow };
    },

    /** Runs a workflow that takes seconds to its end. @throws the coded error it ends with, TEMPORAL_UNREACHABLE */
    async result(workflowId: string): Promise<unknown> {
      try {
        return await client.workflow.getHandle(workflowId).result();
      } catch (error) {
        const failure = error instanceof WorkflowFailedError ? failureOf(error) : null;
        if (failure === null) return translate(error, workflowId);
        throw plumblineError(isErrorCode(failure.code) ? failure.code : 'INTERNAL', failure.message);
      }
    },

    /** Newest first. @throws REQUEST_INVALID, TEMPORAL_UNREACHABLE */
    async list({ pipeline, workflow, state, limit }: RunFilter): Promise<RunSummary[]> {
      const query = [
        pipeline === undefined ? '' : `PlumblinePipeline = ${quoted(pipeline)}`,
        workflow === undefined ? '' : `WorkflowType = ${quoted(workflow)}`,
        state === undefined ? '' : STATUS_FILTER[state],
      ]
        .filter(Boolean)
        .join(' AND ');
      const runs: RunSummary[] = [];
      try {
        for await (const execution of client.workflow.list({ query, pageSize: limit })) {
          runs.push(summaryOf(execution));
          if (runs.length >= limit) break;
        }
      } catch (error) {
        translate(error);
      }
      return runs;
    },

    /** @throws RUN_NOT_FOUND, TEMPORAL_UNREACHABLE */
    async detail(workflowId: string): Promise<RunDetail> {
      const { summary, status, activities } = await inspect(workflowId, DEPTH_MAX);
      const detail: RunDetail = { ...summary, status, activities, output: null, failure: null };
      if (detail.closedAt === null) return detail;
      try {
        return { ...detail, output: await client.workflow.getHandle(workflowId).result() };
      } catch (error) {
        return { ...detail, failure: failureOf(error) };
      }
    },

    /** @throws RUN_NOT_FOUND, DECISION_REFUSED, TEMPORAL_UNREACHABLE */
    async decide(workflowId: string, name: DecisionName, decision: Decision): Promise<void> {
      await client.workflow
        .getHandle(workflowId)
        .executeUpdate(name, { args: [decision] })
        .catch((error: unknown) => {
          if (error instanceof WorkflowUpdateFailedError)
            throw plumblineError('DECISION_REFUSED', rootCause(error.cause) ?? error.message, {
              cause: error,
            });
          return translate(error, workflowId);
        });
    },

    /** @throws RUN_NOT_FOUND, TEMPORAL_UNREACHABLE */
    async cancel(workflowId: string): Promise<void> {
      await client.workflow
        .getHandle(workflowId)
        .cancel()
        .catch((error: unknown) => translate(error, workflowId));
    },

    async ping(): Promise<'ok' | string> {
      return client
        .withDeadline(Date.now() + QUERY_TIMEOUT_MS, () =>
          client.connection.workflowService.getSystemInfo({}),
        )
        .then(
          () => 'ok',
          (error: unknown) => (error instanceof Error ? error.message : String(error)),
        );
    },
  };
};

export type TemporalGateway = ReturnType<typeof createTemporalGateway>;

/** Walks the causes down to the application failure that ended the workflow. */
const deepest = (error: Error): unknown => {
  let current: unknown = error;
  while (current instanceof Error && !(current instanceof ApplicationFailure) && current.cause !== undefined)
    current = current.cause;
  return current;
};
