import type {
  CollectionRetry,
  SourceBatch,
  SourceEntry,
  SourceRecord,
  SourceState,
} from '../../contracts/index.js';
import type { ArtifactStore, BlobStore, Fence, ObjectStore, SecretResolver, StageContext } from '../ports.js';

/** Rows of collected records. */
export interface SourceRecordSink {
  /** Inserting the same records again changes nothing. @throws CLICKHOUSE_UNREACHABLE */
  insert(records: readonly SourceRecord[]): Promise<void>;
  /**
   * Of the record ids those that the chain of batches up to `head` holds. Must be asked of every head before the
   * chain goes on from it: the head's own records become known by it.
   * @throws CLICKHOUSE_UNREACHABLE
   */
  heldByChain(
    chain: { readonly pipeline: string; readonly source: string; readonly head: string },
    recordIds: readonly string[],
  ): Promise<ReadonlySet<string>>;
}

/** The newest published batch of each source that is read on from where it was left. */
export interface SourceHeads {
  /** Null: nothing has been collected. @throws CATALOG_UNAVAILABLE */
  head(of: { readonly pipeline: string; readonly source: string }): Promise<string | null>;
  /**
   * Publishes the batch as the successor of `batch.previous`, and makes it the head in the same transaction.
   * @returns the batch's id.
   * @throws ATTEMPT_FENCED when a newer attempt holds the fence, or the head is another than `batch.previous`
   */
  advance(
    batch: SourceBatch,
    step: { readonly key: string; readonly fence: Fence; readonly now: string },
  ): Promise<string>;
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
  readonly heads: SourceHeads;
  readonly sources: SourceCatalog;
  readonly records: SourceRecordSink;
  readonly secrets: SecretResolver;
  readonly folders: RemoteFolders;
}

/** What a collection changes of a catalogued source. */
export type SourceChange = Partial<Omit<SourceState, 'name' | 'entry' | 'createdAt'>>;

/** The sources that stand alone. */
export interface SourceCatalog {
  /** @throws SOURCE_EXISTS */
  create(entry: SourceEntry, now: string): Promise<SourceState>;
  /** By name. */
  list(): Promise<readonly SourceState[]>;
  /** @throws SOURCE_NOT_FOUND */
  get(name: string): Promise<SourceState>;
  /** Changes a source by what it is, in one transaction. @throws SOURCE_NOT_FOUND */
  change(name: string, of: (state: SourceState) => SourceChange): Promise<SourceState>;
  /** Its batches stay. @throws SOURCE_NOT_FOUND */
  remove(name: string): Promise<void>;
}

/** Temporal Schedules of catalogued sources; one whose entry has no schedule has none. */
export interface SourceSchedules {
  /** Creates the schedule or brings it to these values. @throws TEMPORAL_UNREACHABLE */
  ensure(schedule: {
    readonly source: string;
    readonly when: NonNullable<SourceEntry['schedule']>;
    readonly retry: CollectionRetry;
  }): Promise<void>;
  /** What is not there need not be paused. @throws TEMPORAL_UNREACHABLE */
  pause(source: string, because: string): Promise<void>;
  remove(source: string): Promise<void>;
}

/** What the verbs of the catalog need. */
export interface SourceCatalogContext {
  readonly sources: SourceCatalog;
  readonly schedules: SourceSchedules;
}
