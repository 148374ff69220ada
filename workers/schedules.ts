import { type Client, ScheduleAlreadyRunning, type ScheduleOptions } from '@temporalio/client';
import type { ScheduleCatalog } from '../stages/monitoring/ports.js';
import { QUEUES } from '../temporal.config.js';
import { unreachable } from './unreachable.js';

type MonitoringSchedule = Parameters<ScheduleCatalog['ensureMonitoring']>[0];

const optionsOf = ({ id, everyMinutes, pipeline }: MonitoringSchedule) =>
  ({
    scheduleId: id,
    spec: { intervals: [{ every: Math.round(everyMinutes * 60_000) }] },
    // A comparison that is still at work is not overtaken: the next one sees its traffic too.
    policies: { overlap: 'SKIP', catchupWindow: '1 minute' },
    action: {
      type: 'startWorkflow',
      workflowType: 'monitorDeployment',
      workflowId: id,
      taskQueue: QUEUES.control,
      args: [{ pipeline }],
    },
  }) as const satisfies ScheduleOptions;

/** Temporal Schedules behind the port of the monitoring stage. @throws TEMPORAL_UNREACHABLE */
export const temporalSchedules = (client: Client): ScheduleCatalog => ({
  ensureMonitoring: async (schedule) => {
    const options = optionsOf(schedule);
    try {
      try {
        await client.schedule.create(options);
      } catch (error) {
        if (!(error instanceof ScheduleAlreadyRunning)) throw error;
        // Whether it is paused is the operator's choice and stays.
        await client.schedule.getHandle(schedule.id).update((previous) => ({
          ...options,
          action: { ...options.action },
          state: previous.state,
        }));
      }
    } catch (cause) {
      throw unreachable(`The schedule ${schedule.id} could not be kept.`, cause);
    }
  },
});
