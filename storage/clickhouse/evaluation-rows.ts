import { z } from 'zod';
import { EvaluationRow, SplitName } from '../../contracts/index.js';
import type { ReferenceReader } from '../../stages/monitoring/ports.js';
import type { EvaluationRows } from '../../stages/registry/ports.js';
import { type RowStore, rowQuery } from './client.js';
import { Embedding } from './embedding.js';
import { EntitiesColumn, entitiesColumn } from './entities.js';
import { WHOLE } from './limits.js';

const TABLE = 'evaluation_rows_v1';

const readSplit = rowQuery({
  name: 'evaluation rows of a split',
  sql: `SELECT training_run_id, split, record_id, label, predicted, scores, embedding, tokens, group, entities,
      predicted_entities
    FROM {database:Identifier}.${TABLE} FINAL
    WHERE training_run_id = {trainingRunId:String} AND split = {split:String} ORDER BY record_id`,
  params: z.object({ trainingRunId: z.string(), split: SplitName }),
  row: EvaluationRow.extend({
    embedding: Embedding,
    entities: EntitiesColumn,
    predictedEntities: EntitiesColumn,
  }).transform(({ entities, predictedEntities, ...row }) => ({
    ...row,
    ...(entities !== null && { entities }),
    ...(predictedEntities !== null && { predictedEntities }),
  })),
  ...WHOLE,
});

export const evaluationRows = (rows: RowStore): EvaluationRows & ReferenceReader => ({
  insert: (evaluated) =>
    rows.insert(
      TABLE,
      evaluated.map(({ entities, predictedEntities, ...row }) => ({
        ...row,
        entities: entitiesColumn(entities),
        predictedEntities: entitiesColumn(predictedEntities),
      })),
    ),
  read: (trainingRunId, split) => rows.read(readSplit, { trainingRunId, split }),
});
