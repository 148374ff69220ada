import { z } from 'zod';
import { DatasetRow } from '../../contracts/index.js';
import type { DatasetSink } from '../../stages/datasets/ports.js';
import type { DatasetReader } from '../../stages/training/ports.js';
import { type RowStore, rowQuery } from './client.js';
import { EntitiesColumn, entitiesColumn } from './entities.js';
import { WHOLE } from './limits.js';

const ROWS = 'dataset_rows_v1';
const DECISIONS = 'dataset_decisions_v1';

const readRows = rowQuery({
  name: 'rows of a dataset',
  sql: `SELECT record_id, split, label, group, text, entities, sent_at, cluster_id
    FROM {database:Identifier}.${ROWS} FINAL
    WHERE dataset_id = {datasetId:String} ORDER BY record_id`,
  params: z.object({ datasetId: z.string() }),
  row: DatasetRow.extend({ entities: EntitiesColumn }).transform(({ entities, ...row }) => ({
    ...row,
    ...(entities !== null && { entities }),
  })),
  ...WHOLE,
});

/** Instants come back with milliseconds: `2026-11-23T10:00:05.000Z`. */
export const datasetRows = (rows: RowStore): DatasetSink & DatasetReader => ({
  insertRows: (datasetId, datasetRows) =>
    rows.insert(
      ROWS,
      datasetRows.map(({ entities, ...row }) => ({ datasetId, ...row, entities: entitiesColumn(entities) })),
    ),
  insertDecisions: (decisions) => rows.insert(DECISIONS, decisions),
  readRows: (datasetId) => rows.read(readRows, { datasetId }),
});
