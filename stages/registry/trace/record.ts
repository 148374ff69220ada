import type { RecordInDataset, TracedRecord } from '../../../contracts/index.js';
import { published, type TraceContext } from './context.js';

/**
 * Where a record lay and what became of it in each dataset version. What a killed attempt left behind in the row
 * store belongs to no published artifact and is not told.
 * @throws CLICKHOUSE_UNREACHABLE, OBJECT_CORRUPT
 */
export const traceRecord = async (ctx: TraceContext, recordId: string): Promise<TracedRecord> => {
  const [places, rows, decisions] = await Promise.all([
    ctx.lineageRows.places(recordId),
    ctx.lineageRows.rowsOf(recordId),
    ctx.lineageRows.decisionsOn(recordId),
  ]);
  const batches = await published(
    ctx,
    'SourceBatch',
    places.map(({ batchId }) => batchId),
  );
  const datasets = await published(
    ctx,
    'DatasetVersion',
    [...rows, ...decisions].map(({ datasetId }) => datasetId),
  );
  return {
    recordId,
    places: places
      .filter(({ batchId }) => batches.has(batchId))
      .map(({ recordId: _same, ...place }) => place),
    datasets: [...datasets].sort().map((datasetId): RecordInDataset => {
      const row = rows.find((each) => each.datasetId === datasetId);
      return {
        datasetId,
        split: row?.split ?? null,
        label: row?.label ?? null,
        decisions: decisions
          .filter((decision) => decision.datasetId === datasetId)
          .map(({ action, rule, reason, relatedRecordId }) => ({ action, rule, reason, relatedRecordId })),
      };
    }),
  };
};
