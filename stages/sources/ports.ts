import type { SourceRecord } from '../../contracts/index.js';
import type { ArtifactStore, BlobStore, ObjectStore, SecretResolver, StageContext } from '../ports.js';

/** Rows of collected records. */
export interface SourceRecordSink {
  /** Inserting the same records again changes nothing. @throws CLICKHOUSE_UNREACHABLE */
  insert(records: readonly SourceRecord[]): Promise<void>;
}

/** What is read of a bucket or a folder of HDFS; keys are relative to it. */
export type RemoteFolder = Pick<ObjectStore, 'list' | 'stream'>;

/** Opens what `s3://bucket/prefix` and `webhdfs://host:port/folder` name. */
export interface RemoteFolders {
  /** Asks nothing of the other side yet. @throws SOURCE_UNREADABLE for a URL that nothing serves */
  open(
    url: string,
    /** References. */
    credentials?: { readonly accessKey: string; readonly secretKey: string },
  ): RemoteFolder;
}

export interface SourcesContext extends StageContext {
  readonly blobs: BlobStore;
  readonly artifacts: ArtifactStore;
  readonly records: SourceRecordSink;
  readonly secrets: SecretResolver;
  readonly folders: RemoteFolders;
}
