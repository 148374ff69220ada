import type { DatasetDecision, DatasetRow, RowChange, SourceRecord } from '../../contracts/index.js';
import type { ArtifactStore, BlobStore, SecretResolver, StageContext } from '../ports.js';

export interface SourceRecordReader {
  /** Every readable record of the batch once, ordered by record id. @throws CLICKHOUSE_UNREACHABLE */
  readBatch(batchId: string): Promise<readonly SourceRecord[]>;
}

export interface DatasetSink {
  /** Inserting the same rows again changes nothing. @throws CLICKHOUSE_UNREACHABLE */
  insertRows(datasetId: string, rows: readonly DatasetRow[]): Promise<void>;
  insertDecisions(decisions: readonly DatasetDecision[]): Promise<void>;
}

export interface RowComparison {
  /** Rows that differ between two different dataset versions, by change and reason, in no order. @throws CLICKHOUSE_UNREACHABLE */
  compare(from: string, to: string): Promise<readonly RowChange[]>;
}

export interface DatasetsContext extends StageContext {
  readonly blobs: BlobStore;
  readonly artifacts: ArtifactStore;
  readonly records: SourceRecordReader;
  readonly datasets: DatasetSink;
  readonly secrets: SecretResolver;
}
