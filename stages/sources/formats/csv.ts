import { createReadStream } from 'node:fs';
import { pipeline } from 'node:stream';
import { parse } from 'csv-parse';
import type { FormatReader } from './format.js';
import { faultyRecord, rowRecord } from './row.js';

/** A quote that is never closed would swallow the file: this many times the record limit ends the reading. */
const RUNAWAY_FACTOR = 4;

interface ParsedRow {
  readonly record: Readonly<Record<string, string>>;
  readonly raw: string;
  /** Raw texts of the faulty rows since the row before. */
  readonly faulty: readonly string[];
}

/** RFC 4180 in UTF-8; the first line names the fields. A row with another number of fields is faulty. */
export const csv: FormatReader = async function* (file, { recordBytesMax }) {
  const skipped: string[] = [];
  const rows = parse({
    bom: true,
    columns: true,
    raw: true,
    skip_empty_lines: true,
    skip_records_with_error: true,
    max_record_size: recordBytesMax * RUNAWAY_FACTOR,
    on_skip: (_error, raw) => void skipped.push(raw ?? ''),
    // Called in the order of the rows, before the parser's buffer hides where the faulty ones stood.
    on_record: (row: object) => ({ ...row, faulty: skipped.splice(0) }),
  });
  // A failure of the file ends the parser, whose loop below throws it.
  pipeline(createReadStream(file), rows, () => undefined);
  const faultyRow = (raw: string) => faultyRecord(Buffer.from(raw), recordBytesMax, 'malformed-row');
  for await (const { record, raw, faulty } of rows as AsyncIterable<ParsedRow>) {
    yield* faulty.map(faultyRow);
    if (raw.includes('\uFFFD')) yield faultyRecord(Buffer.from(raw), recordBytesMax, 'not-utf-8');
    else yield rowRecord(record, recordBytesMax);
  }
  yield* skipped.map(faultyRow);
};
