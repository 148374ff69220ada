import { z } from 'zod';
import { SourceRecord } from '../../contracts/index.js';
import type { SourceRecordReader } from '../../stages/datasets/ports.js';
import type { SourceRecordSink } from '../../stages/sources/ports.js';
import { type RowStore, rowQuery } from './client.js';
import { WHOLE } from './limits.js';

const TABLE = 'source_records_v1';

/** Bytes that lie at several places are one record; of its places the first by path stands for it. */
const readBatch = rowQuery({
  name: 'source records of a batch',
  sql: `SELECT pipeline, source, batch_id, record_id, path, position, format, label, group, bytes, quarantine_reason
    FROM {database:Identifier}.${TABLE} FINAL
    WHERE batch_id = {batchId:String} AND quarantine_reason IS NULL
    ORDER BY record_id, path, position LIMIT 1 BY record_id`,
  params: z.object({ batchId: z.string() }),
  row: SourceRecord,
  ...WHOLE,
});

export const sourceRecords = (rows: RowStore): SourceRecordSink & SourceRecordReader => ({
  insert: (records) => rows.insert(TABLE, records),
  readBatch: (batchId) => rows.read(readBatch, { batchId }),
});
