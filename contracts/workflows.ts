import { z } from 'zod';
import { type ClassificationMetrics, HealthReport, Sha256 } from './artifacts.js';
import { Name } from './fields.js';
import { Pipeline } from './pipeline.js';
import { CollectionRetry, SourceTest } from './sourceEntry.js';
import { Source } from './sources/index.js';

/** What starts each workflow, what it answers, and what can be asked of and said to it while it runs. */
export const Trigger = z.discriminatedUnion('kind', [
  z.strictObject({ kind: z.literal('manual') }),
  z.strictObject({ kind: z.literal('schedule') }),
  /** A confirmed drift asks for a fresh training run under the health report's id. */
  z.strictObject({ kind: z.literal('drift'), healthReport: Sha256 }),
]);
export type Trigger = z.infer<typeof Trigger>;

const Reused = z.boolean().describe('True when an earlier run had already made the same thing.');

const Collected = z.strictObject({
  records: z.number().int(),
  quarantined: z.number().int(),
  reused: Reused,
});

export const CollectSourceInput = z.strictObject({
  pipeline: Pipeline,
  source: Name,
  /** What this run had collected before it continued as new. */
  collected: Collected.optional(),
});
export const CollectSourceOutput = z.strictObject({
  /** The newest batch: of a source that is read on, the head of its chain. */
  batchId: Sha256,
  ...Collected.shape,
  /** Whether the source may hold more than this batch; left out by a source that is read as a whole. */
  more: z.boolean().optional(),
});

/** A source of the catalog, collected by itself. */
export const CollectCatalogSourceInput = z.strictObject({
  source: Name,
  retry: CollectionRetry.prefault({}),
  collected: Collected.optional(),
});
export const CollectCatalogSourceOutput = CollectSourceOutput.extend({
  /** Null when the source has never had a record. */
  batchId: Sha256.nullable(),
});

/** A source of the catalog by its name, or one that is not in it yet. */
export const TestSourceInput = z.strictObject({ source: z.union([Name, Source]) });
export const TestSourceOutput = SourceTest;

export const BuildDatasetInput = z.strictObject({ pipeline: Pipeline, batches: z.array(Sha256).min(1) });
export const BuildDatasetOutput = z.strictObject({
  datasetId: Sha256,
  read: z.number().int(),
  kept: z.number().int(),
  dropped: z.record(z.string(), z.number().int()),
  changed: z.record(z.string(), z.number().int()),
  splits: z.strictObject({ train: z.number().int(), validation: z.number().int(), test: z.number().int() }),
  reused: Reused,
});

export const TrainModelInput = z.strictObject({
  pipeline: Pipeline,
  datasetId: Sha256,
  /** Train on only this many rows: a point of the learning curve. */
  rowsMax: z.number().int().positive().optional(),
  generation: z.string().nullable().default(null),
  /** Training run to go on from, with the rows it has not seen; null begins with the base model. */
  previous: Sha256.nullable().default(null),
});
export const TrainModelOutput = z.strictObject({
  trainingRunId: Sha256,
  rows: z.number().int(),
  steps: z.number().int(),
  bestStep: z.number().int(),
  /** The task's score at the best step, whatever the task; kept histories hold it by this name. */
  validationMacroF1: z.number(),
  stoppedEarly: z.boolean(),
  reused: Reused,
});

export const EvaluateModelInput = z.strictObject({
  pipeline: Pipeline,
  trainingRunId: Sha256,
  datasetId: Sha256,
});
const MetricSummary = z.strictObject({
  macroF1: z.number(),
  accuracy: z.number(),
  entityF1: z.number().optional(),
});
export const EvaluateModelOutput = z.strictObject({
  evaluationId: Sha256,
  modelVersionId: Sha256,
  version: z.number().int().positive(),
  test: MetricSummary,
  baselines: z.strictObject({
    majority: MetricSummary,
    tfidfLinear: MetricSummary.optional(),
    dictionary: MetricSummary.optional(),
  }),
  reused: Reused,
});

export const PromoteModelInput = z.discriminatedUnion('action', [
  z.strictObject({ action: z.literal('promote'), pipeline: Pipeline, modelVersionId: Sha256 }),
  z.strictObject({
    action: z.literal('rollback'),
    model: Name,
    alias: Name.default('production'),
    /** The version to return to; the one before the current one when left out. */
    to: Sha256.optional(),
    by: z.string().min(1).max(200),
    reason: z.string().min(1).max(1000),
  }),
]);
export const PromoteModelOutput = z.strictObject({
  outcome: z.enum(['deployed', 'unchanged', 'refused-by-gate', 'rejected', 'expired', 'rolled-back']),
  deploymentId: Sha256.nullable(),
  modelVersionId: Sha256,
  reasons: z.array(z.string()),
});

export const MonitorDeploymentInput = z.strictObject({ pipeline: Pipeline });
export const MonitorDeploymentOutput = z.strictObject({
  healthReportId: Sha256.nullable(),
  outcome: z.union([HealthReport.shape.outcome, z.literal('not-deployed')]),
  pValue: z.number().nullable(),
  confirmed: z.boolean(),
  /** Workflow id of the retraining this report started. */
  retrain: z.string().nullable(),
});

export const RetrainInput = z.strictObject({
  pipeline: Pipeline,
  healthReport: Sha256,
  reason: z.string().max(1000),
});

export const LifecycleInput = z.strictObject({
  pipeline: Pipeline,
  trigger: Trigger.default({ kind: 'manual' }),
});
export const LifecycleOutput = z.strictObject({
  pipeline: Name,
  collected: z.array(CollectSourceOutput.extend({ source: Name })),
  dataset: BuildDatasetOutput,
  training: TrainModelOutput,
  evaluation: EvaluateModelOutput,
  promotion: PromoteModelOutput,
});

export type CollectSourceInput = z.infer<typeof CollectSourceInput>;
export type CollectSourceOutput = z.infer<typeof CollectSourceOutput>;
export type CollectCatalogSourceInput = z.infer<typeof CollectCatalogSourceInput>;
export type CollectCatalogSourceOutput = z.infer<typeof CollectCatalogSourceOutput>;
export type TestSourceInput = z.infer<typeof TestSourceInput>;
export type TestSourceOutput = z.infer<typeof TestSourceOutput>;
export type BuildDatasetInput = z.infer<typeof BuildDatasetInput>;
export type BuildDatasetOutput = z.infer<typeof BuildDatasetOutput>;
export type TrainModelInput = z.infer<typeof TrainModelInput>;
export type TrainModelOutput = z.infer<typeof TrainModelOutput>;
export type EvaluateModelInput = z.infer<typeof EvaluateModelInput>;
export type EvaluateModelOutput = z.infer<typeof EvaluateModelOutput>;
export type PromoteModelInput = z.infer<typeof PromoteModelInput>;
export type PromoteModelOutput = z.infer<typeof PromoteModelOutput>;
export type MonitorDeploymentInput = z.infer<typeof MonitorDeploymentInput>;
export type MonitorDeploymentOutput = z.infer<typeof MonitorDeploymentOutput>;
export type RetrainInput = z.infer<typeof RetrainInput>;
export type LifecycleInput = z.infer<typeof LifecycleInput>;
export type LifecycleOutput = z.infer<typeof LifecycleOutput>;

/** The registry of workflows: name -> input and output schema. Keys are the Temporal workflow types. */
export const WORKFLOWS = {
  lifecycle: { input: LifecycleInput, output: LifecycleOutput },
  collectSource: { input: CollectSourceInput, output: CollectSourceOutput },
  collectCatalogSource: { input: CollectCatalogSourceInput, output: CollectCatalogSourceOutput },
  testSource: { input: TestSourceInput, output: TestSourceOutput },
  buildDataset: { input: BuildDatasetInput, output: BuildDatasetOutput },
  trainModel: { input: TrainModelInput, output: TrainModelOutput },
  evaluateModel: { input: EvaluateModelInput, output: EvaluateModelOutput },
  promoteModel: { input: PromoteModelInput, output: PromoteModelOutput },
  monitorDeployment: { input: MonitorDeploymentInput, output: MonitorDeploymentOutput },
  retrain: { input: RetrainInput, output: LifecycleOutput },
} as const;
export type WorkflowName = keyof typeof WORKFLOWS;
export const WORKFLOW_NAMES = Object.keys(WORKFLOWS) as WorkflowName[];
export type WorkflowInput<N extends WorkflowName> = z.infer<(typeof WORKFLOWS)[N]['input']>;
export type WorkflowOutput<N extends WorkflowName> = z.infer<(typeof WORKFLOWS)[N]['output']>;

/** Progress of the work under way: also the heartbeat details of long activities. */
export const Progress = z.object({
  /** What is being done, in words a person reads: "reading mails", "training". */
  activity: z.string(),
  done: z.number().nonnegative(),
  total: z.number().nonnegative().nullable(),
  unit: z.string(),
  secondsLeft: z.number().nonnegative().nullable(),
  /** Live figures: loss, tokensPerSecond, validationScore, … */
  figures: z.record(z.string(), z.number()),
});
export type Progress = z.infer<typeof Progress>;

export const RUN_STATES = ['running', 'waiting', 'paused', 'completed', 'failed', 'cancelled'] as const;
export const RunState = z.enum(RUN_STATES);
export type RunState = z.infer<typeof RunState>;

/** The answer of every workflow's `state` query. */
export const WorkflowState = z.object({
  workflow: z.string(),
  pipeline: z.string(),
  state: RunState,
  /** The step under way, of `steps`. */
  step: z.string(),
  steps: z.array(z.string()),
  /** What a person must do before it goes on; null when it waits for no one. */
  waitingFor: z.string().nullable(),
  /** Workflow ids of the children started so far. */
  children: z.array(z.string()),
  /** Ids of the artifacts made so far, by kind. */
  artifacts: z.record(z.string(), z.string()),
  decisions: z.array(
    z.object({ decision: z.string(), by: z.string(), reason: z.string(), at: z.iso.datetime() }),
  ),
});
export type WorkflowState = z.infer<typeof WorkflowState>;

/** A human decision, sent as a validated Update. */
export const Decision = z.strictObject({
  by: z.string().min(1).max(200).describe('Who decides.'),
  reason: z.string().min(1).max(1000).describe('Why.'),
});
export type Decision = z.infer<typeof Decision>;
export const DECISIONS = ['approve', 'reject'] as const;
export type DecisionName = (typeof DECISIONS)[number];

export const metricSummaryOf = (
  metrics: z.infer<typeof ClassificationMetrics>,
): z.infer<typeof MetricSummary> => ({
  macroF1: metrics.macroF1.value,
  accuracy: metrics.accuracy.value,
  ...(metrics.entities !== undefined && { entityF1: metrics.entities.f1.value }),
});
