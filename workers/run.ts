import type { Server } from 'node:http';
import { Client } from '@temporalio/client';
import { type NativeConnection, Runtime, Worker } from '@temporalio/worker';
import { createActivities } from '../activities/index.js';
import type { Config } from '../config.js';
import { openLineage, openStorage } from '../storage/open.js';
import { connectPatiently } from './connect.js';
import { activityDependencies } from './dependencies.js';
import { type Logger, temporalLogger } from './log.js';
import { createWorkerMetrics, serveMetrics, type WorkerMetrics } from './metrics.js';
import { temporalRetrainings } from './retrainings.js';
import { queueOf, ROLES, type RoleName } from './roles.js';
import { temporalSchedules } from './schedules.js';
import { ensureSearchAttributes } from './searchAttributes.js';
import { temporalSourceSchedules } from './sourceSchedules.js';
import { workflowCode } from './workflowCode.js';

/** A stopping worker tells its activities at once; they get this long to write a checkpoint. */
const STOP_WITHIN = '25 seconds';
/** The wish to cancel comes back with a heartbeat, and must be known within ten seconds. */
const HEARTBEAT_THROTTLE = '2 seconds';

const createWorker = (
  role: RoleName,
  options: {
    readonly connection: NativeConnection;
    readonly config: Config;
    readonly activities: object;
    readonly metrics: WorkerMetrics;
  },
): Promise<Worker> => {
  const { connection, config, activities, metrics } = options;
  return Worker.create({
    connection,
    namespace: config.temporal.namespace,
    taskQueue: queueOf(role),
    activities,
    ...(ROLES[role].workflows ? { ...workflowCode(), workflowThreadPoolSize: 1 } : {}),
    maxConcurrentActivityTaskExecutions: ROLES[role].activitiesAtOnce,
    maxHeartbeatThrottleInterval: HEARTBEAT_THROTTLE,
    defaultHeartbeatThrottleInterval: HEARTBEAT_THROTTLE,
    shutdownForceTime: STOP_WITHIN,
    interceptors: { activity: [metrics.interceptor] },
  });
};

/**
 * Serves the queues of the roles until the signal is aborted. Activities under way are then told to stop, and
 * their attempts go on at another worker or after the next start.
 * @throws CONFIG_INVALID, CATALOG_UNAVAILABLE, DISK_FULL
 */
export const runWorker = async (options: {
  readonly config: Config;
  readonly roles: readonly RoleName[];
  readonly log: Logger;
  readonly signal: AbortSignal;
}): Promise<void> => {
  const { config, roles, log, signal } = options;
  // Signals are handled by the caller, so that storage is closed after the last activity.
  Runtime.install({ logger: temporalLogger(log), shutdownSignals: [] });
  const storage = await openStorage(config);
  let connection: NativeConnection | undefined;
  let server: Server | undefined;
  let lineage: ReturnType<typeof openLineage>;
  try {
    const { address, namespace } = config.temporal;
    connection = await connectPatiently({ address, log, signal });
    const added = await ensureSearchAttributes(connection, namespace);
    if (added.length > 0) log.info({ added }, 'search attributes registered');

    lineage = openLineage(config, storage, log);
    const client = new Client({ connection, namespace });
    const temporal = {
      schedules: temporalSchedules(client),
      retrainings: temporalRetrainings(client),
      sourceSchedules: temporalSourceSchedules(client),
    };
    const activities = createActivities(activityDependencies(config, storage, temporal, lineage));
    const metrics = createWorkerMetrics();
    const context = { connection, config, activities, metrics };
    const workers = await Promise.all(roles.map((role) => createWorker(role, context)));

    if (roles.includes('gpu') && !config.providers.some((provider) => provider !== 'cpu'))
      log.info({ providers: config.providers }, 'the gpu queue is served by the CPU provider');
    if (config.metricsPort !== 0) {
      const health = async () => ({
        ...(await storage.ping()),
        workers: workers.every((worker) => worker.getState() === 'RUNNING') ? 'ok' : 'not running',
      });
      const { registry } = metrics;
      server = await serveMetrics({ registry, health, host: config.api.host, port: config.metricsPort });
    }

    const stop = () => {
      for (const worker of workers) if (worker.getState() === 'RUNNING') worker.shutdown();
    };
    signal.addEventListener('abort', stop, { once: true });
    const running = Promise.all(workers.map((worker) => worker.run()));
    if (signal.aborted) stop();
    log.info({ queues: roles.map(queueOf), address, codeVersion: config.codeVersion }, 'the worker serves');
    await running.finally(stop);
  } finally {
    server?.close();
    await lineage?.close();
    await connection?.close();
    await storage.close();
  }
};
