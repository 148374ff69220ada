import { z } from 'zod';
import { Sha256, SplitName } from './artifacts.js';
import { Entity } from './tasks.js';

/** Rows of the row store (ClickHouse): what one stage writes and another reads. Names are the column names. */
const Instant = z.iso.datetime();

/** One collected record with its provenance. `recordId` is the SHA-256 of the raw bytes. */
export const SourceRecord = z.object({
  pipeline: z.string(),
  source: z.string(),
  batchId: Sha256,
  recordId: Sha256,
  /** Where it came from: path relative to the source's root, and the position in the file. */
  path: z.string(),
  position: z.number().int().nonnegative(),
  format: z.string(),
  label: z.string(),
  group: z.string(),
  /** The raw bytes are the blob of this digest, unless `quarantineReason` says why they could not be read. */
  bytes: z.number().int().nonnegative(),
  quarantineReason: z.string().nullable(),
});
export type SourceRecord = z.infer<typeof SourceRecord>;

/** One row of a dataset version: what the model sees is `text`, nothing else. */
export const DatasetRow = z.object({
  recordId: Sha256,
  split: SplitName,
  /** The class; where there are entities, `entityLabels` of them. */
  label: z.string(),
  group: z.string(),
  text: z.string(),
  /** Spans of `text` by their start, none touching another; only where entities are learnt. */
  entities: z.array(Entity).optional(),
  /** UTC instant the record states about itself, if it could be read. */
  sentAt: Instant.nullable(),
  clusterId: Sha256,
});
export type DatasetRow = z.infer<typeof DatasetRow>;

/** Why a row was dropped or how it was changed. */
export const DatasetDecision = z.object({
  datasetId: Sha256,
  recordId: Sha256,
  action: z.enum(['dropped', 'changed']),
  rule: z.string(),
  reason: z.string(),
  /** For duplicates: the record that was kept instead. */
  relatedRecordId: Sha256.nullable(),
});
export type DatasetDecision = z.infer<typeof DatasetDecision>;

export const TrainingMetric = z.object({
  trainingKey: z.string(),
  attempt: z.number().int().positive(),
  step: z.number().int().nonnegative(),
  epoch: z.number().nonnegative(),
  loss: z.number(),
  learningRate: z.number(),
  gradNorm: z.number(),
  tokensPerSecond: z.number(),
  /** What the task is judged by, where the step ended with an evaluation. */
  validationScore: z.number().nullable(),
});
export type TrainingMetric = z.infer<typeof TrainingMetric>;

/** What a trained model says of one row; validation rows are the reference of monitoring. */
export const EvaluationRow = z.object({
  trainingRunId: Sha256,
  split: SplitName,
  recordId: Sha256,
  label: z.string(),
  predicted: z.string(),
  scores: z.array(z.number()),
  embedding: z.array(z.number()),
  tokens: z.number().int().nonnegative(),
  group: z.string(),
  /** The true spans and those the model found; only where entities are learnt. */
  entities: z.array(Entity).optional(),
  predictedEntities: z.array(Entity).optional(),
});
export type EvaluationRow = z.infer<typeof EvaluationRow>;

/** One served prediction. The text is not kept; its digest is. */
export const PredictionRow = z.object({
  predictionId: z.uuid(),
  at: Instant,
  model: z.string(),
  modelVersion: Sha256,
  textDigest: Sha256,
  predicted: z.string(),
  scores: z.array(z.number()),
  embedding: z.array(z.number()),
  tokens: z.number().int().nonnegative(),
  latencyMs: z.number().nonnegative(),
});
export type PredictionRow = z.infer<typeof PredictionRow>;
