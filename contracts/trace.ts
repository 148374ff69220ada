import { z } from 'zod';
import { ARTIFACTS, type ArtifactKind, Sha256, SplitName } from './artifacts.js';
import { DatasetDecision, PredictionRow, SourceRecord } from './rows.js';

const ArtifactName = z.enum(Object.keys(ARTIFACTS) as [ArtifactKind, ...ArtifactKind[]]);

/** One artifact of a chain and what it was made from. */
export const LineageNode = z.object({ kind: ArtifactName, id: Sha256, madeFrom: z.array(Sha256) });
export type LineageNode = z.infer<typeof LineageNode>;

/** What became of a record in one dataset version. */
export const RecordInDataset = z.object({
  datasetId: Sha256,
  /** Null: it was dropped. */
  split: SplitName.nullable(),
  label: z.string().nullable(),
  decisions: z.array(DatasetDecision.omit({ datasetId: true, recordId: true })),
});
export type RecordInDataset = z.infer<typeof RecordInDataset>;

export const TracedRecord = z.object({
  /** SHA-256 of the raw bytes, and so their address. */
  recordId: Sha256,
  /** Where its bytes lay, in each published batch that holds it. */
  places: z.array(SourceRecord.omit({ recordId: true })),
  datasets: z.array(RecordInDataset),
});
export type TracedRecord = z.infer<typeof TracedRecord>;

export const TracedModel = z.object({
  modelVersionId: Sha256,
  model: z.string(),
  version: z.number().int().positive(),
  aliases: z.array(z.string()),
  /**
   * Of a record: `learnt-from` its text and label, `chosen-by` it among checkpoints (validation), `measured-by` it (test).
   * Of an artifact: `made-from` it. Of a prediction: `answered` it.
   */
  use: z.array(z.enum(['learnt-from', 'chosen-by', 'measured-by', 'made-from', 'answered'])),
  /** False where a run drew some of the training rows, and this may not be among them. */
  certain: z.boolean(),
});
export type TracedModel = z.infer<typeof TracedModel>;

/** Where something came from, down to raw bytes, and what came of it. */
export const Trace = z
  .object({
    id: z.string(),
    kind: z.enum(['Prediction', 'Record', ...ArtifactName.options]),
    /** What may be said of it, and what may not. */
    statement: z.string(),
    prediction: PredictionRow.pick({
      predictionId: true,
      at: true,
      model: true,
      modelVersion: true,
      textDigest: true,
      predicted: true,
    }).nullable(),
    /** The records it is, or whose text it is. */
    records: z.array(TracedRecord),
    /** Artifacts it was made from, newest first. */
    cameFrom: z.array(LineageNode),
    /** Dataset versions whose training rows the model learnt from; only of a prediction. */
    learntFrom: z.array(z.object({ datasetId: Sha256, rows: z.number().int().nonnegative() })),
    /** Dataset versions made from it. */
    datasets: z.array(Sha256),
    models: z.array(TracedModel),
  })
  .meta({ id: 'Trace' });
export type Trace = z.infer<typeof Trace>;
