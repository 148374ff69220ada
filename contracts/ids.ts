import type { WorkflowName } from './workflows.js';

/** First part of a workflow's id; short, since operators read it in lists. */
const PREFIX = {
  lifecycle: 'lifecycle',
  collectSource: 'collect',
  collectCatalogSource: 'source',
  testSource: 'test-source',
  buildDataset: 'dataset',
  trainModel: 'train',
  evaluateModel: 'evaluate',
  promoteModel: 'promote',
  monitorDeployment: 'monitor',
  retrain: 'retrain',
} as const satisfies Record<WorkflowName, string>;

/** `2026-11-23T10-00-05Z`: an instant that may stand in an id and in a file name. */
export const idInstant = (at: string | Date): string =>
  new Date(at)
    .toISOString()
    .replace(/\.\d+Z$/, 'Z')
    .replaceAll(':', '-');

/** `train/spam-triage/2026-11-23T10-00-05Z`, with further parts (a source, a row count) before the instant. */
export const workflowId = (
  workflow: WorkflowName,
  subject: string,
  at: string | Date,
  ...parts: (string | number)[]
): string => [PREFIX[workflow], subject, ...parts, idInstant(at)].join('/');

/** The Temporal Schedule that watches the deployment of a pipeline. */
export const monitorScheduleId = (pipeline: string): string => `monitor/${pipeline}`;

/** The Temporal Schedule that collects a source of the catalog, and the run that an event asks for. */
export const sourceScheduleId = (source: string): string => `source/${source}`;

/** Object-store keys. Blobs and manifests are immutable; checkpoints are replaced. */
export const blobKey = (sha256: string): string => `blobs/${sha256.slice(0, 2)}/${sha256}`;
export const manifestKey = (kind: string, id: string): string => `manifests/${kind}/${id}.json`;
export const checkpointPrefix = (trainingKey: string): string => `checkpoints/${trainingKey}/`;

/** The first twelve hex digits, for people. */
export const shortId = (id: string): string => id.slice(0, 12);
