import { z } from 'zod';
import { plumblineError } from './errors.js';
import { Name } from './fields.js';
import { DatasetRecipe, EvaluationRecipe, PromotionPolicy, ServingRecipe } from './pipeline.js';
import { Task } from './tasks.js';
import { TrainingRecipe } from './trainingRecipe.js';

/**
 * The artifact chain: SourceBatch -> DatasetVersion -> (BaseAdaptation ->) TrainingRun -> Evaluation -> ModelVersion ->
 * Deployment -> HealthReport. An artifact's id is the SHA-256 of its canonical JSON; it names only what it
 * came from, and holds no instant unless the instant is part of what happened (a deployment, a health report).
 */
export const Sha256 = z.string().regex(/^[0-9a-f]{64}$/);
export type Sha256 = z.infer<typeof Sha256>;

/** A blob in the object store, under the key `blobs/<first two>/<sha256>`. */
export const BlobRef = z.strictObject({ sha256: Sha256, bytes: z.number().int().nonnegative() });
export type BlobRef = z.infer<typeof BlobRef>;

const Counts = z.record(z.string(), z.number().int().nonnegative());

export const SplitName = z.enum(['train', 'validation', 'test']);
export type SplitName = z.infer<typeof SplitName>;
export const SPLITS: readonly SplitName[] = SplitName.options;

export const SourceBatch = z.strictObject({
  kind: z.literal('SourceBatch'),
  pipeline: Name,
  source: Name,
  records: z.number().int().nonnegative(),
  bytes: z.number().int().nonnegative(),
  labels: Counts,
  groups: Counts,
  /** Records that could not be read, by reason; their raw bytes are kept. */
  quarantined: Counts,
  /** SHA-256 over the sorted lines `record id, label, group`. */
  recordsDigest: Sha256,
  /** The batch that this one goes on from; only of a source that is read on, and not of its first. */
  previous: Sha256.optional(),
  /** Where reading goes on after this batch; its connector alone understands it. */
  cursor: z.json().optional(),
  /** Digest of the source's definition: under another one the cursor means nothing. */
  definition: Sha256.optional(),
});
export type SourceBatch = z.infer<typeof SourceBatch>;

export const SplitCounts = z.strictObject({
  rows: z.number().int().nonnegative(),
  labels: Counts,
  groups: Counts,
});

const DriftFromTraining = z.strictObject({
  /** Population stability indices: below 0.1 alike, above 0.25 not. */
  labels: z.number().nonnegative(),
  lengths: z.number().nonnegative(),
  /** Share of the words that the training split does not have. */
  unseenWords: z.number().min(0).max(1),
});
export const SplitDrift = z.strictObject({ validation: DriftFromTraining, test: DriftFromTraining });
export type SplitDrift = z.infer<typeof SplitDrift>;

export const DataField = z.strictObject({ name: z.string(), type: z.string(), description: z.string() });

export const DatasetVersion = z.strictObject({
  kind: z.literal('DatasetVersion'),
  pipeline: Name,
  batches: z.array(Sha256).min(1),
  recipe: DatasetRecipe,
  codeVersion: z.string(),
  labels: z.array(z.string()).min(1),
  schema: z.array(DataField).min(1),
  read: z.number().int().nonnegative(),
  kept: z.number().int().nonnegative(),
  /** Dropped rows by reason, and changes by rule (one row may be changed by several rules). */
  dropped: Counts,
  changed: Counts,
  nearDuplicateClusters: z.number().int().nonnegative(),
  splits: z.strictObject({ train: SplitCounts, validation: SplitCounts, test: SplitCounts }),
  drift: SplitDrift.optional(),
  /** Parquet of the kept rows, sorted by record id. */
  rows: BlobRef,
});
export type DatasetVersion = z.infer<typeof DatasetVersion>;

export const BaseModel = z.strictObject({
  reference: z.string(),
  architecture: z.string(),
  parameters: z.number().int().positive(),
  /** For a GGUF file, the config.json and the tokenizer.json that say the same. */
  config: BlobRef,
  tokenizer: BlobRef,
  /** File name -> blob: model.safetensors, or its shards with their index, or one GGUF file. */
  weights: z.record(z.string().min(1), BlobRef).refine((files) => Object.keys(files).length > 0),
});
export type BaseModel = z.infer<typeof BaseModel>;

/** Manifests written by release 0.1.0 call the score `macroF1`. */
const withScore = (point: unknown): unknown => {
  if (typeof point !== 'object' || point === null || !('macroF1' in point)) return point;
  const { macroF1, ...rest } = point;
  return { score: macroF1, ...rest };
};

/** An evaluation on the validation split after `step` steps; `score` is what the task is judged by. */
export const ValidationPoint = z.preprocess(
  withScore,
  z.strictObject({ step: z.number().int().nonnegative(), score: z.number(), loss: z.number() }),
);
export type ValidationPoint = z.infer<typeof ValidationPoint>;

/** A base model that has gone on learning language from a dataset's training texts, without labels. */
export const BaseAdaptation = z.strictObject({
  kind: z.literal('BaseAdaptation'),
  pipeline: Name,
  dataset: Sha256,
  base: BaseModel,
  recipe: TrainingRecipe.shape.adaptation.unwrap(),
  codeVersion: z.string(),
  objective: z.enum(['masked-lm', 'causal-lm']),
  /** Training texts. */
  rows: z.number().int().positive(),
  steps: z.number().int().nonnegative(),
  bestStep: z.number().int().nonnegative(),
  /** exp(loss) on the validation texts. */
  validation: z.array(z.strictObject({ step: z.number().int().nonnegative(), perplexity: z.number() })),
  lossCurve: z.array(z.strictObject({ step: z.number().int(), loss: z.number() })),
  /** The base model's weights with the adapted ones in their place. */
  weights: BlobRef,
});
export type BaseAdaptation = z.infer<typeof BaseAdaptation>;

export const TrainingRun = z.strictObject({
  kind: z.literal('TrainingRun'),
  pipeline: Name,
  dataset: Sha256,
  /** As the run read texts: with the words that `vocabulary` counts. */
  base: BaseModel,
  /** What the base model was before its tokenizer got the domain's words or segmentation; null where it is as it was. */
  vocabulary: z
    .strictObject({
      origin: BaseModel,
      words: z.number().int().nonnegative(),
      /** In the training texts. */
      tokensSaved: z.number().int().nonnegative(),
    })
    .nullable(),
  /** The BaseAdaptation whose weights it began with. */
  adaptation: Sha256.nullable(),
  /** The TrainingRun it went on from, with the rows that one had not seen. */
  previous: Sha256.nullable(),
  /** Rows that `previous` had seen. */
  replayed: z.number().int().nonnegative(),
  recipe: TrainingRecipe,
  codeVersion: z.string(),
  labels: z.array(z.string()).min(1),
  /** Training rows used: all of the split, or the first ones by hash for a learning curve. */
  rows: z.number().int().positive(),
  /** Set when the run is a fresh draw asked for by a health report. */
  generation: z.string().nullable(),
  steps: z.number().int().nonnegative(),
  bestStep: z.number().int().nonnegative(),
  stoppedEarly: z.boolean(),
  validation: z.array(ValidationPoint),
  /** Mean training loss over stretches of steps, for the plot. */
  lossCurve: z.array(z.strictObject({ step: z.number().int(), loss: z.number() })),
  /** The best weights, safetensors with Hugging Face names; a trained adapter is merged in. */
  weights: BlobRef,
  /** The LoRA adapter by itself, in the two files of PEFT's format. */
  adapter: z.strictObject({ config: BlobRef, weights: BlobRef }).nullable(),
});
export type TrainingRun = z.infer<typeof TrainingRun>;

export const Interval = z.strictObject({ value: z.number(), low: z.number(), high: z.number() });
export type Interval = z.infer<typeof Interval>;

export const ClassMetrics = z.strictObject({
  label: z.string(),
  support: z.number().int().nonnegative(),
  precision: Interval,
  recall: Interval,
  f1: Interval,
});

/**
 * How good a model is on a split. Of entities, `classes` are their types, `accuracy` the share of texts without a
 * mistake, and `macroF1` the mean of the types' F1.
 */
export const ClassificationMetrics = z.strictObject({
  rows: z.number().int().nonnegative(),
  accuracy: Interval,
  macroF1: Interval,
  classes: z.array(ClassMetrics),
  /** Of all entities together, whatever their type; only where entities are found. */
  entities: z.strictObject({ precision: Interval, recall: Interval, f1: Interval }).optional(),
  /** confusion[true][predicted], in the order of the labels; of entities those found with the very same bounds. */
  confusion: z.array(z.array(z.number().int().nonnegative())),
});
export type ClassificationMetrics = z.infer<typeof ClassificationMetrics>;

export const Slice = z.strictObject({
  by: z.enum(['group', 'length']),
  value: z.string(),
  rows: z.number().int().nonnegative(),
  /** Null when the slice has fewer rows than the recipe asks for. */
  accuracy: Interval.nullable(),
  macroF1: Interval.nullable(),
  /** F1 of all entities together, where entities are found. */
  entityF1: Interval.nullable().optional(),
});
export type Slice = z.infer<typeof Slice>;

export const LearningCurvePoint = z.strictObject({
  rows: z.number().int().positive(),
  model: Interval,
  baseline: Interval,
  winner: z.enum(['model', 'baseline', 'tie']),
});
export type LearningCurvePoint = z.infer<typeof LearningCurvePoint>;

/**
 * `majority`: the most frequent label, or no entity at all. Beside it what learns from the same rows: a linear model on
 * TF-IDF, or for entities the dictionary of those in the training rows.
 */
export const Baselines = z.strictObject({
  majority: ClassificationMetrics,
  tfidfLinear: ClassificationMetrics.optional(),
  dictionary: ClassificationMetrics.optional(),
});
export type Baselines = z.infer<typeof Baselines>;

/**
 * The baseline that learns, with the name it goes by.
 * @throws OBJECT_CORRUPT when there is none
 */
export const learntBaselineOf = <Metrics>({
  tfidfLinear,
  dictionary,
}: {
  readonly tfidfLinear?: Metrics | undefined;
  readonly dictionary?: Metrics | undefined;
}): { readonly name: string; readonly metrics: Metrics } => {
  if (tfidfLinear !== undefined) return { name: 'linear model on TF-IDF', metrics: tfidfLinear };
  if (dictionary !== undefined) return { name: 'dictionary of training entities', metrics: dictionary };
  throw plumblineError('OBJECT_CORRUPT', 'the evaluation has no baseline beside the most frequent label');
};

export const Evaluation = z.strictObject({
  kind: z.literal('Evaluation'),
  pipeline: Name,
  dataset: Sha256,
  trainingRun: Sha256,
  recipe: EvaluationRecipe,
  codeVersion: z.string(),
  test: ClassificationMetrics,
  validation: ClassificationMetrics,
  baselines: Baselines,
  slices: z.array(Slice),
  learningCurve: z.array(LearningCurvePoint),
  learningCurveRuns: z.array(Sha256),
  report: BlobRef,
});
export type Evaluation = z.infer<typeof Evaluation>;

export const ModelVersion = z.strictObject({
  kind: z.literal('ModelVersion'),
  model: Name,
  trainingRun: Sha256,
  evaluation: Sha256,
  dataset: Sha256,
  /** Left out: sequence-classification. */
  task: Task.optional(),
  /** The pipeline's labels: classes, or types of entities. */
  labels: z.array(z.string()).min(1),
  maxLength: z.number().int().positive(),
  serving: ServingRecipe,
  codeVersion: z.string(),
  /** File name -> blob: model.onnx, model.safetensors or its shards with their index, config.json, tokenizer.json, README.md, report.html … */
  files: z.record(z.string(), BlobRef),
});
export type ModelVersion = z.infer<typeof ModelVersion>;

export const GateDecision = z.strictObject({
  kind: z.literal('GateDecision'),
  model: Name,
  alias: Name,
  candidate: Sha256,
  champion: Sha256.nullable(),
  policy: PromotionPolicy,
  passed: z.boolean(),
  reasons: z.array(z.string()).min(1),
  rows: z.number().int().nonnegative(),
  candidateMetric: z.number(),
  championMetric: z.number().nullable(),
  /** Paired bootstrap of candidate minus champion on the same rows. */
  difference: Interval.nullable(),
});
export type GateDecision = z.infer<typeof GateDecision>;

export const Deployment = z.strictObject({
  kind: z.literal('Deployment'),
  model: Name,
  alias: Name,
  modelVersion: Sha256,
  previous: Sha256.nullable(),
  action: z.enum(['promote', 'rollback']),
  /** Null for a rollback, which no gate holds up. */
  evidence: Sha256.nullable(),
  by: z.string(),
  reason: z.string(),
  at: z.iso.datetime(),
});
export type Deployment = z.infer<typeof Deployment>;

export const HealthReport = z.strictObject({
  kind: z.literal('HealthReport'),
  model: Name,
  alias: Name,
  modelVersion: Sha256,
  at: z.iso.datetime(),
  outcome: z.enum(['healthy', 'alarm', 'insufficient']),
  /** Alarms in a row, this one included. */
  alarmsInARow: z.number().int().nonnegative(),
  confirmed: z.boolean(),
  windowRows: z.number().int().nonnegative(),
  referenceRows: z.number().int().nonnegative(),
  /** Instant of the newest prediction looked at; the next window begins after it. */
  windowEnd: z.iso.datetime().nullable(),
  statistic: z.number().nullable(),
  threshold: z.number().nullable(),
  pValue: z.number().min(0).max(1).nullable(),
  /** Share of each predicted label in the window and in the reference. */
  labelShares: z.record(z.string(), z.strictObject({ window: z.number(), reference: z.number() })),
});
export type HealthReport = z.infer<typeof HealthReport>;

export const ARTIFACTS = {
  SourceBatch,
  DatasetVersion,
  BaseAdaptation,
  TrainingRun,
  Evaluation,
  ModelVersion,
  GateDecision,
  Deployment,
  HealthReport,
} as const;
export type ArtifactKind = keyof typeof ARTIFACTS;
export type Artifact = z.infer<(typeof ARTIFACTS)[ArtifactKind]>;
export type ArtifactOf<K extends ArtifactKind> = z.infer<(typeof ARTIFACTS)[K]>;
