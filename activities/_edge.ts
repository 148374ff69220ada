import { ApplicationFailure, CancelledFailure, Context } from '@temporalio/activity';
import { z } from 'zod';
import {
  assertPayloadSize,
  type ErrorCode,
  type PlumblineError,
  type Progress,
  plumblineError,
  toPlumblineError,
} from '../contracts/index.js';
import type { LineageEmitter, StageContext, WorkReport } from '../stages/ports.js';

/** The one place where a stage's verb becomes an activity and a coded error becomes a Temporal failure. */
export interface ActivityRequest<I> {
  /** The instant of the run, taken by the workflow. */
  readonly now: string;
  readonly input: I;
}
export type Activity<I, O> = (request: ActivityRequest<I>) => Promise<O>;

export interface EdgeDependencies {
  readonly codeVersion: string;
  /** Left out: nobody is told. */
  readonly lineage?: LineageEmitter;
}

/** What a stage's context holds beside what the edge itself provides. */
export type PortsOf<C extends StageContext> = Omit<C, keyof StageContext>;

/** Progress is sent at most this often; core throttles further by the worker's options. */
const HEARTBEAT_TICK_MS = 1000;
/** Without news a heartbeat still goes out every second tick: it also brings back the wish to cancel. */
const KEEP_ALIVE_TICKS = 2;

/**
 * Causes that may heal but often are somebody's mistake (a bug, a misspelt model): they get this many attempts
 * instead of days. Outages that are not listed are retried until the total bound of the activity.
 */
export const ATTEMPTS_MAX: Readonly<Partial<Record<ErrorCode, number>>> = {
  INTERNAL: 5,
  TIMEOUT: 5,
  BASE_MODEL_UNAVAILABLE: 8,
};

const failure = (error: PlumblineError, attempt: number): ApplicationFailure =>
  ApplicationFailure.create({
    message: `${error.message} ${error.action}`,
    type: error.code,
    nonRetryable: !error.retryable || attempt >= (ATTEMPTS_MAX[error.code] ?? Number.POSITIVE_INFINITY),
    details: [{ ...error.details, message: error.message, action: error.action }],
    cause: error,
  });

/**
 * What Temporal is told of a thrown value.
 * A worker that stops is no wish of the user: the attempt fails retryably and another worker goes on.
 */
export const toActivityFailure = (
  thrown: unknown,
  context: Pick<Context, 'cancellationSignal' | 'cancellationDetails' | 'info'>,
): Error => {
  if (!context.cancellationSignal.aborted) return failure(toPlumblineError(thrown), context.info.attempt);
  const details = context.cancellationDetails;
  if (details?.workerShutdown && !details.cancelRequested)
    return failure(
      plumblineError('WORKER_STOPPED', 'The worker was stopped while it did this.'),
      context.info.attempt,
    );
  return new CancelledFailure(
    'The work was stopped because the run was cancelled.',
    [],
    toPlumblineError(thrown),
  );
};

/** @throws REQUEST_INVALID naming every field that does not fit. */
const parseInput = <S extends z.ZodType>(name: string, schema: S, value: unknown): z.output<S> => {
  const parsed = schema.safeParse(value);
  if (parsed.success) return parsed.data;
  throw plumblineError(
    'REQUEST_INVALID',
    `The input of ${name} does not fit: ${z.prettifyError(parsed.error)}`,
  );
};

const startHeartbeats = (context: Context): { tell(progress: Progress): void; stop(): void } => {
  if (context.info.heartbeatTimeoutMs === undefined) return { tell: () => undefined, stop: () => undefined };
  let latest: Progress | undefined;
  let fresh = false;
  let ticks = 0;
  const timer = setInterval(() => {
    ticks += 1;
    if (!fresh && ticks % KEEP_ALIVE_TICKS !== 0) return;
    fresh = false;
    context.heartbeat(latest);
  }, HEARTBEAT_TICK_MS);
  return {
    tell: (progress) => {
      // The first news goes out at once, so that a run shows what it does from its first second.
      if (latest === undefined) context.heartbeat(progress);
      else fresh = true;
      latest = progress;
    },
    stop: () => clearInterval(timer),
  };
};

type Told = Pick<WorkReport, 'state' | 'output' | 'failure'>;

/** Tells of one attempt. One whose input does not fit fails without having begun. */
const reporterOf = (
  { codeVersion, lineage }: EdgeDependencies,
  job: string,
  { info }: Context,
  input: unknown,
): ((told: Told) => void) => {
  const { workflowExecution, workflowType, activityId, attempt } = info;
  const workflow =
    workflowExecution === undefined || workflowType === undefined
      ? {}
      : { workflow: { type: workflowType, runId: workflowExecution.runId } };
  return (told) => lineage?.emit({ job, ...workflow, activityId, attempt, codeVersion, input, ...told });
};

/**
 * Makes an activity of a verb: checks sizes and input, builds the stage's context, keeps the heartbeat alive
 * and translates what is thrown.
 * @throws only ApplicationFailure (type = error code) and CancelledFailure
 */
export const defineActivity =
  <S extends z.ZodType, O>(
    dependencies: EdgeDependencies,
    definition: {
      readonly name: string;
      readonly input: S;
      readonly run: (step: { readonly ctx: StageContext; readonly input: z.output<S> }) => Promise<O>;
    },
  ): Activity<z.input<S>, O> =>
  async (request) => {
    const context = Context.current();
    const { codeVersion } = dependencies;
    const { info, log } = context;
    const report = reporterOf(dependencies, definition.name, context, request.input);
    const heartbeats = startHeartbeats(context);
    try {
      assertPayloadSize(`the input of ${definition.name}`, request);
      const input = parseInput(definition.name, definition.input, request.input);
      const ctx: StageContext = {
        now: parseInput(definition.name, z.iso.datetime(), request.now),
        runId: [info.workflowExecution?.workflowId, info.workflowExecution?.runId, info.activityId].join('/'),
        attempt: info.attempt,
        codeVersion,
        signal: context.cancellationSignal,
        log: {
          info: (fields, message) => void log.info(message, { ...fields }),
          warn: (fields, message) => void log.warn(message, { ...fields }),
          error: (fields, message) => void log.error(message, { ...fields }),
        },
        progress: heartbeats.tell,
      };
      ctx.signal.throwIfAborted();
      report({ state: 'START' });
      const output = assertPayloadSize(
        `the output of ${definition.name}`,
        await definition.run({ ctx, input }),
      );
      report({ state: 'COMPLETE', output });
      return output;
    } catch (thrown) {
      const failed = toActivityFailure(thrown, context);
      report({ state: failed instanceof CancelledFailure ? 'ABORT' : 'FAIL', failure: thrown });
      throw failed;
    } finally {
      heartbeats.stop();
    }
  };
