import type { TrainingMetric } from '../../contracts/index.js';
import type { TrainingMetricSink } from '../../stages/training/ports.js';
import type { RowStore } from './client.js';

/** A step has one row, that of the newest attempt. */
export const trainingMetrics = (rows: RowStore): TrainingMetricSink => ({
  insert: (metrics) => rows.insert('training_metrics_v1', metrics.map(toRow)),
});

/** The column of the score is named after that of classification. */
const toRow = ({ validationScore, ...metric }: TrainingMetric) => ({
  ...metric,
  validationMacroF1: validationScore,
});
