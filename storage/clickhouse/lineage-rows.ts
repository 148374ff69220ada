import { z } from 'zod';
import { DatasetDecision, DatasetRow, PredictionRow, Sha256, SourceRecord } from '../../contracts/index.js';
import type { LineageRows } from '../../stages/registry/ports.js';
import { type RowStore, rowQuery } from './client.js';

/** What is known of one id: a record is in each snapshot of its source, and in each dataset version made of one. */
const LOOKUP = { rowsMax: 10_000, secondsMax: 30 } as const;
/** Records of one text that are told. */
const TWINS_MAX = 100;

const OfRecord = z.object({ recordId: z.string() });

const prediction = rowQuery({
  name: 'one prediction',
  sql: `SELECT prediction_id, at, model, model_version, text_digest, predicted
    FROM {database:Identifier}.predictions_v1 WHERE prediction_id = toUUID({predictionId:String}) LIMIT 1`,
  params: z.object({ predictionId: z.uuid() }),
  row: PredictionRow.omit({ scores: true, embedding: true, tokens: true, latencyMs: true }),
  ...LOOKUP,
});

const places = rowQuery({
  name: 'places of a record',
  sql: `SELECT pipeline, source, batch_id, record_id, path, position, format, label, \`group\`, bytes, quarantine_reason
    FROM {database:Identifier}.source_records_v1 FINAL WHERE record_id = {recordId:String}
    ORDER BY batch_id, path, position`,
  params: OfRecord,
  row: SourceRecord,
  ...LOOKUP,
});

const rowsOf = rowQuery({
  name: 'dataset rows of a record',
  sql: `SELECT dataset_id, split, label FROM {database:Identifier}.dataset_rows_v1 FINAL
    WHERE record_id = {recordId:String} ORDER BY dataset_id`,
  params: OfRecord,
  row: DatasetRow.pick({ split: true, label: true }).extend({ datasetId: Sha256 }),
  ...LOOKUP,
});

const decisionsOn = rowQuery({
  name: 'decisions on a record',
  sql: `SELECT dataset_id, record_id, action, rule, reason, related_record_id
    FROM {database:Identifier}.dataset_decisions_v1 FINAL
    WHERE record_id = {recordId:String} ORDER BY dataset_id, action, rule, reason`,
  params: OfRecord,
  row: DatasetDecision,
  ...LOOKUP,
});

const recordsOfText = rowQuery({
  name: 'records with a text',
  sql: `SELECT DISTINCT record_id FROM {database:Identifier}.dataset_rows_v1
    WHERE dataset_id IN {datasetIds:Array(String)} AND SHA256(text) = unhex({textDigest:String})
    ORDER BY record_id LIMIT ${TWINS_MAX}`,
  params: z.object({ textDigest: z.string(), datasetIds: z.array(z.string()) }),
  row: DatasetRow.pick({ recordId: true }),
  ...LOOKUP,
});

const datasetIds = rowQuery({
  name: 'datasets with rows',
  sql: 'SELECT DISTINCT dataset_id FROM {database:Identifier}.dataset_rows_v1 ORDER BY dataset_id',
  params: z.object({}),
  row: z.object({ datasetId: Sha256 }),
  ...LOOKUP,
});

export const lineageRows = (rows: RowStore): LineageRows => ({
  prediction: async (predictionId) => (await rows.read(prediction, { predictionId }))[0] ?? null,
  places: (recordId) => rows.read(places, { recordId }),
  rowsOf: (recordId) => rows.read(rowsOf, { recordId }),
  decisionsOn: (recordId) => rows.read(decisionsOn, { recordId }),
  recordsOfText: async (textDigest, ids) =>
    (await rows.read(recordsOfText, { textDigest, datasetIds: [...ids] })).map(({ recordId }) => recordId),
  datasetIds: async () => (await rows.read(datasetIds, {})).map(({ datasetId }) => datasetId),
});
