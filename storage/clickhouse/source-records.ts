import { z } from 'zod';
import { SourceRecord } from '../../contracts/index.js';
import type { SourceRecordReader } from '../../stages/datasets/ports.js';
import type { SourceRecordSink } from '../../stages/sources/ports.js';
import { type RowStatement, type RowStore, rowQuery } from './client.js';
import { WHOLE } from './limits.js';

const TABLE = 'source_records_v1';
const IDS_TABLE = 'source_record_ids_v1';
/** A parameter may have 128 KiB as it stands in the address, by default (http_max_field_value_size). */
const IDS_A_LOOKUP = 1_500;

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

const HeldIds = z.object({ pipeline: z.string(), source: z.string(), recordIds: z.array(z.string()) });

const heldIds = rowQuery({
  name: 'records that a chain of batches holds',
  sql: `SELECT DISTINCT record_id FROM {database:Identifier}.${IDS_TABLE}
    WHERE pipeline = {pipeline:String} AND source = {source:String} AND record_id IN {recordIds:Array(String)}`,
  params: HeldIds,
  row: SourceRecord.pick({ recordId: true }),
  ...WHOLE,
});

const rememberIds: RowStatement<{ batchId: string }> = {
  name: 'ids of the records of a batch',
  sql: `INSERT INTO {database:Identifier}.${IDS_TABLE} SELECT pipeline, source, record_id
    FROM {database:Identifier}.${TABLE} WHERE batch_id = {batchId:String}`,
  params: z.object({ batchId: z.string() }),
  secondsMax: WHOLE.secondsMax,
};

/**
 * Ids are kept of published batches only: a head's when the chain goes on from it. Rows that a killed attempt
 * left behind belong to no batch, and must not keep their records out of the next one.
 */
const heldByChain =
  (rows: RowStore): SourceRecordSink['heldByChain'] =>
  async ({ pipeline, source, head }, recordIds) => {
    await rows.run(rememberIds, { batchId: head });
    // In order, each lookup covers its own stretch of the index.
    const sorted = [...recordIds].sort();
    const held = new Set<string>();
    for (let start = 0; start < sorted.length; start += IDS_A_LOOKUP) {
      const some = sorted.slice(start, start + IDS_A_LOOKUP);
      for (const { recordId } of await rows.read(heldIds, { pipeline, source, recordIds: some }))
        held.add(recordId);
    }
    return held;
  };

export const sourceRecords = (rows: RowStore): SourceRecordSink & SourceRecordReader => ({
  insert: (records) => rows.insert(TABLE, records),
  heldByChain: heldByChain(rows),
  readBatch: (batchId) => rows.read(readBatch, { batchId }),
});
