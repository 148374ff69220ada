import type { ExecutionProvider, ModelVersion, PredictionRow } from '../../contracts/index.js';
import type { BlobStore, Logger } from '../ports.js';

/** What the inference role needs of the registry: which versions are to be served, and their manifests. */
export interface DeploymentReader {
  /** All aliases of all models as they stand. @throws CATALOG_UNAVAILABLE */
  current(): Promise<
    readonly {
      readonly model: string;
      readonly alias: string;
      readonly modelVersionId: string;
      readonly version: number;
      readonly revision: number;
    }[]
  >;
  manifest(modelVersionId: string): Promise<ModelVersion>;
}

export interface PredictionLog {
  /** Inserting the same predictions again changes nothing. @throws CLICKHOUSE_UNREACHABLE */
  insert(rows: readonly PredictionRow[]): Promise<void>;
}

export interface ServingDependencies {
  readonly deployments: DeploymentReader;
  readonly blobs: BlobStore;
  readonly predictions: PredictionLog;
  readonly log: Logger;
  readonly threads: number;
  readonly providers: readonly ExecutionProvider[];
}
