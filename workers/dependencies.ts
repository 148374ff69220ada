import type { ActivityDependencies, RetrainingCatalog } from '../activities/index.js';
import type { Config } from '../config.js';
import type { ScheduleCatalog } from '../stages/monitoring/ports.js';
import type { LineageEmitter } from '../stages/ports.js';
import type { SourceSchedules } from '../stages/sources/ports.js';
import type { Storage } from '../storage/open.js';

/** Gives each stage the adapters behind its ports, and no others. */
export const activityDependencies = (
  config: Config,
  storage: Storage,
  temporal: {
    readonly schedules: ScheduleCatalog;
    readonly retrainings: RetrainingCatalog;
    readonly sourceSchedules: Pick<SourceSchedules, 'pause'>;
  },
  lineage?: LineageEmitter,
): ActivityDependencies => {
  const { codeVersion, threads, providers, cacheDir, hfEndpoint } = config;
  const edge = { codeVersion, ...(lineage !== undefined && { lineage }) };
  const { objects, blobs, artifacts, heads, catalog, records, datasets, metrics, evaluations, secrets } =
    storage;
  const { sourceSchedules, ...monitoring } = temporal;
  return {
    sources: {
      ...edge,
      blobs,
      artifacts,
      heads,
      records,
      secrets,
      folders: storage.folders,
      sources: storage.sources,
      schedules: sourceSchedules,
    },
    datasets: { ...edge, blobs, artifacts, records, datasets, secrets },
    training: {
      ...edge,
      objects,
      blobs,
      artifacts,
      datasets,
      metrics,
      secrets,
      cacheDir,
      hfEndpoint,
      threads,
      providers,
    },
    registry: { ...edge, blobs, artifacts, datasets, evaluations, catalog, threads, providers },
    monitoring: {
      ...edge,
      artifacts,
      predictions: storage.predictions,
      references: evaluations,
      reports: storage.reports,
      aliases: catalog,
      ...monitoring,
    },
  };
};
