import {
  type Client,
  ScheduleAlreadyRunning,
  ScheduleNotFoundError,
  type ScheduleOptions,
} from '@temporalio/client';
import { plumblineError, sourceScheduleId } from '../../contracts/index.js';
import type { SourceSchedules } from '../../stages/sources/ports.js';
import { QUEUES } from '../../temporal.config.js';

type Schedule = Parameters<SourceSchedules['ensure']>[0];

const optionsOf = ({ source, when, retry }: Schedule) =>
  ({
    scheduleId: sourceScheduleId(source),
    spec:
      'cron' in when
        ? { cronExpressions: [when.cron] }
        : { intervals: [{ every: Math.round(when.everyMinutes * 60_000) }] },
    // A collection that is still at work finds what is new by itself; a missed one has the next one do it.
    policies: { overlap: 'SKIP', catchupWindow: '1 minute' },
    action: {
      type: 'startWorkflow',
      workflowType: 'collectCatalogSource',
      workflowId: sourceScheduleId(source),
      taskQueue: QUEUES.control,
      args: [{ source, retry }],
    },
  }) as const satisfies ScheduleOptions;

/** Temporal Schedules of the catalog's sources. @throws TEMPORAL_UNREACHABLE, REQUEST_INVALID for a bad cron line */
export const createSourceSchedules = (client: Client): SourceSchedules => {
  /** What is not there needs no change. */
  const ifThere = async (source: string, work: () => Promise<unknown>): Promise<void> => {
    try {
      await work();
    } catch (cause) {
      if (!(cause instanceof ScheduleNotFoundError)) throw failed(source, cause);
    }
  };
  const handleOf = (source: string) => client.schedule.getHandle(sourceScheduleId(source));
  return {
    ensure: async (schedule) => {
      const { scheduleId, ...options } = optionsOf(schedule);
      try {
        try {
          await client.schedule.create({ scheduleId, ...options });
        } catch (error) {
          if (!(error instanceof ScheduleAlreadyRunning)) throw error;
          await client.schedule.getHandle(scheduleId).update(({ state }) => ({
            ...options,
            action: { ...options.action },
            state: { ...state, paused: false, note: 'resumed' },
          }));
        }
      } catch (cause) {
        throw failed(schedule.source, cause);
      }
    },
    pause: (source, because) => ifThere(source, () => handleOf(source).pause(because)),
    remove: (source) => ifThere(source, () => handleOf(source).delete()),
  };
};

const failed = (source: string, cause: unknown) => {
  const what = `the schedule of source ${source} could not be kept`;
  // So the client translates gRPC's INVALID_ARGUMENT: the schedule itself is at fault.
  return cause instanceof TypeError
    ? plumblineError('REQUEST_INVALID', `${what}: ${cause.message}`, { cause })
    : plumblineError('TEMPORAL_UNREACHABLE', what, { cause });
};
