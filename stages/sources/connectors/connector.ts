import type { FilesSource } from '../../../contracts/index.js';

/** One record as it was found, before anything is made of it. */
export interface RawRecord {
  /** Path of its file relative to the source's root, with forward slashes. */
  readonly path: string;
  /** Ordinal in the file, from 0. */
  readonly position: number;
  /** SHA-256 of the raw bytes: the record's id. */
  readonly sha256: string;
  readonly bytes: number;
  /** Null when the record is larger than the source allows; then only its digest was taken. */
  readonly raw: Uint8Array | null;
  /** A field of the row, or a header of the mail; undefined when the record has none of that name. */
  readonly field: (name: string) => string | undefined;
  /** Why the record cannot be read, or null. */
  readonly fault: string | null;
}

export interface Connector<S = FilesSource> {
  /**
   * Every record of the source, in an order that depends only on the source's contents; memory is bounded by
   * one record.
   * @throws SOURCE_EMPTY, SOURCE_UNREADABLE, CANCELLED
   */
  read(source: S, signal: AbortSignal): AsyncIterable<RawRecord>;
}
