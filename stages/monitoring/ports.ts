import type { EvaluationRow, HealthReport, PredictionRow } from '../../contracts/index.js';
import type { ArtifactStore, StageContext } from '../ports.js';

export interface PredictionReader {
  /**
   * The oldest `limit` predictions of the version made after `after` (all when null), oldest first, so that
   * windows follow one another and none overlaps.
   */
  readAfter(modelVersionId: string, after: string | null, limit: number): Promise<readonly PredictionRow[]>;
}

export interface ReferenceReader {
  /** Validation rows of the training run, ordered by record id. */
  read(trainingRunId: string, split: 'validation' | 'test'): Promise<readonly EvaluationRow[]>;
}

export interface HealthReports {
  /** The newest report of the version, or null. */
  latest(modelVersionId: string): Promise<(HealthReport & { readonly id: string }) | null>;
  /** Keeps the report under its id. @throws nothing when the same report is there already. */
  insert(id: string, report: HealthReport): Promise<void>;
}

export interface AliasReader {
  alias(model: string, alias: string): Promise<{ readonly modelVersionId: string } | null>;
}

/** Temporal Schedules, made from the pipeline file. */
export interface ScheduleCatalog {
  /** Creates the schedule or updates it to these values. */
  ensureMonitoring(schedule: {
    readonly id: string;
    readonly everyMinutes: number;
    readonly pipeline: unknown;
  }): Promise<void>;
}

export interface MonitoringContext extends StageContext {
  readonly artifacts: ArtifactStore;
  readonly predictions: PredictionReader;
  readonly references: ReferenceReader;
  readonly reports: HealthReports;
  readonly aliases: AliasReader;
}
