import { z } from 'zod';
import { HealthReport, Sha256 } from '../../contracts/index.js';
import type { HealthReports } from '../../stages/monitoring/ports.js';
import { type RowStore, rowQuery } from './client.js';
import { FEW } from './limits.js';

const TABLE = 'health_reports_v1';

/** Shares by label are kept as JSON: labels are the user's, not columns. */
const LabelShares = z
  .string()
  .transform((text): unknown => JSON.parse(text))
  .pipe(HealthReport.shape.labelShares);

const latest = rowQuery({
  name: 'newest health report',
  sql: `SELECT 'HealthReport' AS kind, id, model, alias, model_version, at, outcome, alarms_in_a_row, confirmed,
      window_rows, reference_rows, window_end, statistic, threshold, p_value, label_shares
    FROM {database:Identifier}.${TABLE} FINAL
    WHERE model_version = {modelVersionId:String} ORDER BY at DESC, id DESC LIMIT 1`,
  params: z.object({ modelVersionId: z.string() }),
  row: HealthReport.extend({ id: Sha256, labelShares: LabelShares }),
  ...FEW,
});

export const healthReports = (rows: RowStore): HealthReports => ({
  latest: async (modelVersionId) => (await rows.read(latest, { modelVersionId }))[0] ?? null,
  insert: async (id, { kind: _kind, labelShares, ...report }) => {
    await rows.insert(TABLE, [{ id, ...report, labelShares: JSON.stringify(labelShares) }]);
  },
});
