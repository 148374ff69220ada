import type { RowComparison } from '../../stages/datasets/ports.js';
import type { ArtifactStore, BlobStore } from '../../stages/ports.js';
import type { DatasetReader, LineageRows, ModelCatalog } from '../../stages/registry/ports.js';
import type { SourceCatalog, SourceSchedules } from '../../stages/sources/ports.js';
import type { TemporalGateway } from './temporal.js';

/** What the control API's routes are given by its composition root. */
export interface ControlDependencies {
  readonly temporal: TemporalGateway;
  readonly catalog: ModelCatalog;
  readonly sources: SourceCatalog;
  readonly schedules: SourceSchedules;
  readonly artifacts: ArtifactStore;
  readonly blobs: BlobStore;
  readonly datasets: DatasetReader;
  readonly comparison: RowComparison;
  readonly lineageRows: LineageRows;
  readonly info: {
    readonly version: string;
    readonly temporalUiUrl: string;
    readonly temporalNamespace: string;
    readonly inferenceUrl: string;
  };
  readonly now: () => Date;
}
