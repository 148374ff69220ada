import { z } from 'zod';
import { PredictionRow } from '../../contracts/index.js';
import type { PredictionReader } from '../../stages/monitoring/ports.js';
import type { PredictionLog } from '../../stages/serving/ports.js';
import { type RowStore, rowQuery } from './client.js';
import { Embedding } from './embedding.js';
import { WHOLE } from './limits.js';

const TABLE = 'predictions_v1';
/** Before every prediction. */
const BEGINNING = '1970-01-01T00:00:00.000Z';

/**
 * WITH TIES brings every prediction of the last instant, so that a window which begins strictly after that
 * instant neither loses nor doubles one. Rows are ordered by instant, then by prediction id.
 */
const readAfter = rowQuery({
  name: 'predictions after an instant',
  sql: `SELECT prediction_id, at, model, model_version, text_digest, predicted, scores, embedding, tokens, latency_ms
    FROM (
      SELECT * FROM {database:Identifier}.${TABLE} FINAL
      WHERE model_version = {modelVersionId:String}
        AND at > parseDateTime64BestEffort({after:String}, 3, 'UTC')
      ORDER BY at LIMIT {limit:UInt32} WITH TIES
    )
    ORDER BY at, prediction_id`,
  params: z.object({
    modelVersionId: z.string(),
    after: z.iso.datetime(),
    limit: z.number().int().positive(),
  }),
  row: PredictionRow.extend({ embedding: Embedding }),
  ...WHOLE,
});

/**
 * Served predictions. `readAfter` may bring a few more rows than its limit: those of the same millisecond as
 * the last one. A prediction logged later than one that was made after it has been read is in no window.
 */
export const predictions = (rows: RowStore): PredictionLog & PredictionReader => ({
  insert: (predicted) => rows.insert(TABLE, predicted),
  readAfter: (modelVersionId, after, limit) =>
    rows.read(readAfter, { modelVersionId, after: after ?? BEGINNING, limit }),
});
