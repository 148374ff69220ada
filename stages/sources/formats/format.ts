import type { Caption } from '../../captionedFile.js';
import type { RawRecord } from '../connectors/connector.js';

/** A record without its place: the connector knows path and format, and counts the positions. */
export type FormatRecord = Omit<RawRecord, 'path' | 'position' | 'format'>;

export interface FormatOptions {
  readonly recordBytesMax: number;
  /** Of JSON: the pointer (RFC 6901) to the list of records; the whole document by default. */
  readonly list?: string;
  /** Of images: whether the place where they were taken is a field. */
  readonly location?: boolean;
  /** Of images and audio: what lies beside the file. */
  readonly caption?: Caption | null;
}

/** Reads the records of one file in their order. What it throws is about the whole file; a FileFault names it. */
export type FormatReader = (file: string, options: FormatOptions) => AsyncIterable<FormatRecord>;

export const noField = (): undefined => undefined;
