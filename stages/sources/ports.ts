import type { SourceRecord } from '../../contracts/index.js';
import type { ArtifactStore, BlobStore, SecretResolver, StageContext } from '../ports.js';

/** Rows of collected records. */
export interface SourceRecordSink {
  /** Inserting the same records again changes nothing. @throws CLICKHOUSE_UNREACHABLE */
  insert(records: readonly SourceRecord[]): Promise<void>;
}

export interface SourcesContext extends StageContext {
  readonly blobs: BlobStore;
  readonly artifacts: ArtifactStore;
  readonly records: SourceRecordSink;
  readonly secrets: SecretResolver;
}
