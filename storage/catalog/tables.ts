import type { Transaction } from 'kysely';

/** Rows of the catalog: ids and small facts only; manifests are objects, rows are in ClickHouse. */
export interface CatalogTables {
  readonly migrations: { name: string };
  readonly artifacts: { id: string; kind: string; created_at: string };
  readonly steps: { key: string; kind: string; artifact_id: string; created_at: string };
  /** Newest attempt of each run that took a key; the row with the greatest token holds the fence. */
  readonly fences: { key: string; run_id: string; attempt: number; token: number };
  readonly model_versions: { id: string; model: string; version: number; created_at: string };
  /** The newest batch of each source that is read on from where it was left. */
  readonly source_heads: { pipeline: string; source: string; batch_id: string; updated_at: string };
  /** `entry` and `state` are JSON: what its user wrote, and how it stands. */
  readonly sources: { name: string; entry: string; state: string; created_at: string };
  /** `seq` is the revision that the deployment gave its alias. */
  readonly deployments: {
    id: string;
    model: string;
    alias: string;
    seq: number;
    model_version_id: string;
    created_at: string;
  };
  readonly aliases: {
    model: string;
    alias: string;
    model_version_id: string;
    deployment_id: string;
    revision: number;
    updated_at: string;
  };
}

export type CatalogTransaction = Transaction<CatalogTables>;
