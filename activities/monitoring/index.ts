import { MonitorDeploymentInput, monitorScheduleId } from '../../contracts/index.js';
import { compareWindow } from '../../stages/monitoring/index.js';
import type { MonitoringContext, ScheduleCatalog } from '../../stages/monitoring/ports.js';
import { defineActivity, type EdgeDependencies, type PortsOf } from '../_edge.js';
import type { RetrainingCatalog } from './ports.js';

export interface MonitoringDependencies extends EdgeDependencies, PortsOf<MonitoringContext> {
  readonly schedules: ScheduleCatalog;
  readonly retrainings: RetrainingCatalog;
}

export const createMonitoringActivities = (deps: MonitoringDependencies) => ({
  compareWindow: defineActivity(deps, {
    name: 'compareWindow',
    input: MonitorDeploymentInput,
    run: ({ ctx, input }) => compareWindow({ ctx: { ...deps, ...ctx }, input }),
  }),
  findRetraining: defineActivity(deps, {
    name: 'findRetraining',
    input: MonitorDeploymentInput,
    run: async ({ input: { pipeline } }) => ({ workflowId: await deps.retrainings.running(pipeline.name) }),
  }),
  ensureMonitoringSchedule: defineActivity(deps, {
    name: 'ensureMonitoringSchedule',
    input: MonitorDeploymentInput,
    run: async ({ input: { pipeline } }) => {
      const id = monitorScheduleId(pipeline.name);
      await deps.schedules.ensureMonitoring({ id, everyMinutes: pipeline.monitoring.everyMinutes, pipeline });
      return { scheduleId: id };
    },
  }),
});
