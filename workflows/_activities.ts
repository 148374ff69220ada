import { ActivityCancellationType, type ActivityOptions, proxyActivities } from '@temporalio/workflow';
import type { Activities } from '../activities/index.js';
import type { CollectionRetry } from '../contracts/index.js';
import { LIMITS, QUEUES, RETRY } from '../temporal.config.js';

/**
 * Where each activity runs and which bounds it has. An activity that is missing here does not compile, and
 * none can be called but through this table.
 */
export const ACTIVITY_PROFILES = {
  collectSource: 'cpu',
  collectCatalogSource: 'cpu',
  noteCollection: 'control',
  testSource: 'cpu',
  buildDataset: 'cpu',
  trainModel: 'gpu',
  planLearningCurve: 'control',
  /** Runs the model over whole splits, so it must not share the device with a training run. */
  evaluateModel: 'gpu',
  registerModel: 'cpu',
  findChampion: 'control',
  decideGate: 'cpu',
  deployVersion: 'control',
  rollbackAlias: 'control',
  compareWindow: 'cpu',
  findRetraining: 'control',
  ensureMonitoringSchedule: 'control',
} as const satisfies Record<keyof Activities, keyof typeof LIMITS>;

export type ActivityName = keyof Activities;

export const activityOptions = (name: ActivityName): ActivityOptions => {
  const profile = ACTIVITY_PROFILES[name];
  const { attempt, total, heartbeat } = LIMITS[profile];
  return {
    taskQueue: QUEUES[profile],
    startToCloseTimeout: attempt,
    scheduleToCloseTimeout: total,
    ...(heartbeat === undefined ? {} : { heartbeatTimeout: heartbeat }),
    retry: RETRY.outage,
    // A run says it is cancelled when its work has really stopped, so that the device is free by then.
    cancellationType: ActivityCancellationType.WAIT_CANCELLATION_COMPLETED,
  };
};

type InputOf<K extends ActivityName> = Parameters<Activities[K]>[0]['input'];
export type BoundActivities = {
  readonly [K in ActivityName]: (input: InputOf<K>) => ReturnType<Activities[K]>;
};

/** An activity that is tried as often as its caller says, and no longer. */
export const activityWithRetry = <K extends ActivityName>(
  now: string,
  name: K,
  { attemptsMax, waitSeconds, waitSecondsMax }: CollectionRetry,
): BoundActivities[K] => {
  const proxy = proxyActivities<Record<string, (request: unknown) => Promise<unknown>>>({
    ...activityOptions(name),
    retry: {
      maximumAttempts: attemptsMax,
      initialInterval: waitSeconds * 1000,
      maximumInterval: Math.max(waitSeconds, waitSecondsMax) * 1000,
      backoffCoefficient: 2,
    },
  });
  // Forwards to the activity of its name, as the table below does.
  return ((input: unknown) => proxy[name]?.({ now, input })) as BoundActivities[K];
};

/** The activities, each called with the given instant. */
export const activitiesAt = (now: string): BoundActivities =>
  Object.fromEntries(
    (Object.keys(ACTIVITY_PROFILES) as ActivityName[]).map((name) => {
      const proxy = proxyActivities<Record<ActivityName, (request: unknown) => Promise<unknown>>>(
        activityOptions(name),
      );
      return [name, (input: unknown) => proxy[name]({ now, input })];
    }),
    // The table above is complete over Activities, and each entry forwards to the activity of its name.
  ) as unknown as BoundActivities;
