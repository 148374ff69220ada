import type { RawRecord } from '../connectors/connector.js';

/** A record without its place: the connector knows path and format, and counts the positions. */
export type FormatRecord = Omit<RawRecord, 'path' | 'position' | 'format'>;

/** Reads the records of one file in their order. What it throws is about the whole file. */
export type FormatReader = (
  file: string,
  limits: { readonly recordBytesMax: number },
) => AsyncIterable<FormatRecord>;

export const noField = (): undefined => undefined;
