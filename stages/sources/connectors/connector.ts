import type { BlobStore, Logger, SecretResolver } from '../../ports.js';
import type { RemoteFolders } from '../ports.js';

/** One record as it was found, before anything is made of it. */
export interface RawRecord {
  /** Where it lies in its source: a file's path with forward slashes, a URL without its scheme, a table, a topic. */
  readonly path: string;
  /** Ordinal at that place, from 0; a message's offset. */
  readonly position: number;
  /** How its bytes are to be decoded; rows and messages of fields are `jsonl`, one canonical JSON object. */
  readonly format: string;
  /** SHA-256 of the raw bytes: the record's id. */
  readonly sha256: string;
  readonly bytes: number;
  /** Null when the record is larger than the source allows; then only its digest was taken. */
  readonly raw: Uint8Array | null;
  /** A field of the row, or a header of the mail; undefined when the record has none of that name. */
  readonly field: (name: string) => string | undefined;
  /** Why the record cannot be read, as a short kebab-case word, or null. */
  readonly fault: string | null;
}

/** Where a connector goes on: a small JSON value (at most 16 KiB) that it alone understands. Never holds a secret. */
export type Cursor =
  | string
  | number
  | boolean
  | null
  | readonly Cursor[]
  | { readonly [key: string]: Cursor };

/** Records that belong together and the place after them. */
export interface Page {
  readonly records: readonly RawRecord[];
  /** Reading again from here gives what comes after this page; null where the source has no such place. */
  readonly cursor: Cursor;
  /**
   * Tells the other side that it may forget the page (a queue's ack, a committed offset). Called once the batch with the
   * page is published, in the order of the pages, before the reader is closed; a page whose acknowledgement was lost comes again.
   */
  readonly acknowledge?: () => Promise<void>;
}

export interface ConnectorContext {
  readonly signal: AbortSignal;
  readonly log: Logger;
  /** Resolves credentials at the moment of use; what it gives is never kept, logged or put into an error. */
  readonly secrets: SecretResolver;
  /** For connectors that read files of buckets and of HDFS; without it, those of this machine alone. */
  readonly folders?: RemoteFolders;
  /** Null: from the beginning. Snapshots are always read from the beginning. */
  readonly cursor: Cursor;
  /** Where state that is too large for a cursor is kept: the cursor names it by its digest. Absent in a test of a source. */
  readonly blobs?: Pick<BlobStore, 'put' | 'get'>;
}

/** What `plumbline source test` shows. */
export interface SourceCheck {
  /** What answered, for people: product and version, number of files, … */
  readonly found: string;
  /** Names of the fields of the first record, where it has fields. */
  readonly fields: readonly string[];
}

export interface Connector<S> {
  /** `snapshot`: a reading gives all there is; `incremental`: what came after the cursor. */
  readonly mode: (source: S) => 'snapshot' | 'incremental';
  /**
   * Every record in an order that depends only on the source's contents, in pages; memory is bounded by one page.
   * Ends when there is nothing more at the moment. Closes its connections when the caller stops early.
   * A reader that closes what its acknowledgements need when it ends gives a page without records first: the caller
   * then stores what it has, acknowledges, and closes the reader.
   * @throws SOURCE_EMPTY, SOURCE_UNREADABLE, SOURCE_UNREACHABLE, SOURCE_REFUSED, SECRET_UNRESOLVED, CANCELLED
   */
  read(source: S, context: ConnectorContext): AsyncIterable<Page>;
  /** Connects, authenticates and looks at one record at most; changes nothing on the other side. @throws as `read` */
  test(source: S, context: ConnectorContext): Promise<SourceCheck>;
}
