/**
 * Names only: what must be spelled alike by workers, clients and dashboards. A queue's version is raised when
 * live workflows must not meet new activity code.
 */
const QUEUE_VERSION = 1;

export const QUEUES = {
  control: `plumbline-control-v${QUEUE_VERSION}`,
  cpu: `plumbline-cpu-v${QUEUE_VERSION}`,
  gpu: `plumbline-gpu-v${QUEUE_VERSION}`,
} as const;
export type QueueName = keyof typeof QUEUES;

/** Custom search attributes, all of type Keyword. */
export const SEARCH_ATTRIBUTES = [
  'PlumblineStage',
  'PlumblinePipeline',
  'PlumblineDataset',
  'PlumblineModel',
  'PlumblineState',
] as const;

/**
 * Retry profiles. Coded errors that cannot heal by themselves are non-retryable by their own flag; what is
 * left are outages, which are worth waiting for.
 */
export const RETRY = {
  /** Servers come back within minutes; backing off to 10 s keeps the recovery quick. */
  outage: { initialInterval: '500ms', backoffCoefficient: 2, maximumInterval: '10s' },
} as const;

/**
 * Time limits with their reasons: `attempt` bounds one try, `total` all tries together, `heartbeat` the
 * silence after which a worker is taken for dead.
 */
export const LIMITS = {
  /** Catalog and schedule calls: milliseconds when healthy; the total outlasts a restart of a server. */
  control: { attempt: '30s', total: '1h', heartbeat: undefined },
  /** Reading and cleaning: minutes for a million rows; heartbeats come every few seconds. */
  cpu: { attempt: '6h', total: '24h', heartbeat: '30s' },
  /** Training: hours; a dead worker is noticed within 30 s and costs one checkpoint interval. */
  gpu: { attempt: '24h', total: '7d', heartbeat: '30s' },
} as const;
