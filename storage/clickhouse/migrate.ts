import type { ClickHouseClient } from '@clickhouse/client';

/**
 * Tables of contracts/rows.ts. Each is a ReplacingMergeTree ordered by the identity of its row, so that
 * inserting a row again changes nothing for readers that say FINAL. A released table never changes its
 * columns' meaning: that would be a `_v2`.
 */
const TABLES: Readonly<
  Record<
    string,
    {
      readonly columns: string;
      /** Columns that came after the table's first release; older rows read them as null. */
      readonly added?: readonly string[];
      readonly orderBy: string;
      readonly version?: string;
      readonly settings?: string;
    }
  >
> = {
  source_records_v1: {
    columns: `pipeline LowCardinality(String), source LowCardinality(String), batch_id String, record_id String,
      path String, position UInt64, format LowCardinality(String), label LowCardinality(String),
      \`group\` LowCardinality(String), bytes UInt64, quarantine_reason Nullable(String)`,
    orderBy: 'batch_id, record_id, path, position',
  },
  /** Ids of the records of published batches that further ones go on from; small granules, since single ids are looked up. */
  source_record_ids_v1: {
    columns: 'pipeline LowCardinality(String), source LowCardinality(String), record_id String',
    orderBy: 'pipeline, source, record_id',
    settings: 'index_granularity = 1024',
  },
  dataset_rows_v1: {
    columns: `dataset_id String, record_id String, split LowCardinality(String), label LowCardinality(String),
      \`group\` LowCardinality(String), text String, sent_at Nullable(DateTime64(3, 'UTC')), cluster_id String`,
    added: ['entities Nullable(String)'],
    orderBy: 'dataset_id, record_id',
  },
  dataset_decisions_v1: {
    columns: `dataset_id String, record_id String, action LowCardinality(String), rule LowCardinality(String),
      reason String, related_record_id Nullable(String)`,
    orderBy: 'dataset_id, record_id, action, rule, reason',
  },
  training_metrics_v1: {
    columns: `training_key String, attempt UInt32, step UInt32, epoch Float64, loss Float64,
      learning_rate Float64, grad_norm Float64, tokens_per_second Float64, validation_macro_f1 Nullable(Float64)`,
    orderBy: 'training_key, step',
    version: 'attempt',
  },
  evaluation_rows_v1: {
    columns: `training_run_id String, split LowCardinality(String), record_id String,
      label LowCardinality(String), predicted LowCardinality(String), scores Array(Float64),
      embedding Array(Float32), tokens UInt32, \`group\` LowCardinality(String)`,
    added: ['entities Nullable(String)', 'predicted_entities Nullable(String)'],
    orderBy: 'training_run_id, split, record_id',
  },
  predictions_v1: {
    columns: `prediction_id UUID, at DateTime64(3, 'UTC'), model LowCardinality(String), model_version String,
      text_digest String, predicted LowCardinality(String), scores Array(Float64), embedding Array(Float32),
      tokens UInt32, latency_ms Float64`,
    orderBy: 'model_version, at, prediction_id',
  },
  health_reports_v1: {
    columns: `id String, model LowCardinality(String), alias LowCardinality(String), model_version String,
      at DateTime64(3, 'UTC'), outcome LowCardinality(String), alarms_in_a_row UInt32, confirmed Bool,
      window_rows UInt64, reference_rows UInt64, window_end Nullable(DateTime64(3, 'UTC')),
      statistic Nullable(Float64), threshold Nullable(Float64), p_value Nullable(Float64), label_shares String`,
    orderBy: 'model_version, id',
  },
};

/** Makes the database and every table that is not there yet. */
export const migrateRows = async (client: ClickHouseClient, database: string): Promise<void> => {
  await client.command({ query: `CREATE DATABASE IF NOT EXISTS ${database}` });
  for (const [table, { columns, added = [], orderBy, version, settings }] of Object.entries(TABLES)) {
    await client.command({
      query: `CREATE TABLE IF NOT EXISTS ${database}.${table} (${columns})
        ENGINE = ReplacingMergeTree${version === undefined ? '' : `(${version})`} ORDER BY (${orderBy})${settings === undefined ? '' : ` SETTINGS ${settings}`}`,
    });
    for (const column of added)
      await client.command({ query: `ALTER TABLE ${database}.${table} ADD COLUMN IF NOT EXISTS ${column}` });
  }
};
