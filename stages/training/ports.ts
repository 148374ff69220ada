import type { DatasetRow, ExecutionProvider, TrainingMetric } from '../../contracts/index.js';
import type { ArtifactStore, BlobStore, ObjectStore, SecretResolver, StageContext } from '../ports.js';

export interface DatasetReader {
  /** Every row of the dataset once, ordered by record id. @throws CLICKHOUSE_UNREACHABLE */
  readRows(datasetId: string): Promise<readonly DatasetRow[]>;
}

export interface TrainingMetricSink {
  /** Telemetry: the newest attempt's row of a step wins. */
  insert(metrics: readonly TrainingMetric[]): Promise<void>;
}

export interface TrainingContext extends StageContext {
  readonly objects: ObjectStore;
  readonly blobs: BlobStore;
  readonly artifacts: ArtifactStore;
  readonly datasets: DatasetReader;
  readonly metrics: TrainingMetricSink;
  readonly secrets: SecretResolver;
  /** Where downloaded base models are kept. */
  readonly cacheDir: string;
  readonly hfEndpoint: string;
  /** Threads of the numeric runtime. */
  readonly threads: number;
  readonly providers: readonly ExecutionProvider[];
}
