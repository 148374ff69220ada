import { z } from 'zod';
import { Sha256 } from './artifacts.js';
import { ERRORS, type ErrorCode } from './errors.js';
import { Entity } from './tasks.js';
import { Progress, RunState, WORKFLOW_NAMES, WorkflowState } from './workflows.js';

/** Bodies of the HTTP API and of the inference endpoint. No transforms: they are also OpenAPI schemas. */
export const ROLES = ['viewer', 'operator', 'admin'] as const;
/** viewer reads and predicts; operator also starts, cancels and decides; admin may do everything. */
export const Role = z.enum(ROLES);
export type Role = z.infer<typeof Role>;

export const ErrorBody = z
  .object({
    error: z.object({
      code: z.enum(Object.keys(ERRORS) as [ErrorCode, ...ErrorCode[]]),
      message: z.string(),
      action: z.string(),
      retryable: z.boolean(),
      details: z.record(z.string(), z.unknown()).optional(),
      requestId: z.string().optional(),
    }),
  })
  .meta({ id: 'Error' });
export type ErrorBody = z.infer<typeof ErrorBody>;

const WorkflowType = z.enum(WORKFLOW_NAMES as [(typeof WORKFLOW_NAMES)[number], ...typeof WORKFLOW_NAMES]);

export const StartedRun = z
  .object({ workflowId: z.string(), runId: z.string(), workflow: WorkflowType })
  .meta({ id: 'StartedRun' });
export type StartedRun = z.infer<typeof StartedRun>;

export const RunSummary = z
  .object({
    workflowId: z.string(),
    runId: z.string(),
    workflow: z.string(),
    pipeline: z.string().nullable(),
    state: RunState,
    startedAt: z.iso.datetime(),
    closedAt: z.iso.datetime().nullable(),
  })
  .meta({ id: 'RunSummary' });
export type RunSummary = z.infer<typeof RunSummary>;

export const RunFailure = z.object({ code: z.string(), message: z.string(), action: z.string() });

/** An activity under way, with its newest heartbeat. */
export const PendingActivity = z.object({
  workflowId: z.string(),
  type: z.string(),
  attempt: z.number().int(),
  progress: Progress.nullable(),
  lastFailure: z.string().nullable(),
});

export const RunDetail = z
  .object({
    ...RunSummary.shape,
    status: WorkflowState.nullable(),
    /** Activities under way in this run and in its children. */
    activities: z.array(PendingActivity),
    /** The result when completed. */
    output: z.unknown().nullable(),
    failure: RunFailure.nullable(),
  })
  .meta({ id: 'RunDetail' });
export type RunDetail = z.infer<typeof RunDetail>;

export const RunList = z.object({ runs: z.array(RunSummary) }).meta({ id: 'RunList' });
export type RunList = z.infer<typeof RunList>;

export const VersionSummary = z
  .object({
    model: z.string(),
    version: z.number().int().positive(),
    modelVersionId: Sha256,
    createdAt: z.iso.datetime(),
    aliases: z.array(z.string()),
    macroF1: z.number().nullable(),
    /** F1 of all entities together, of a model that finds them. */
    entityF1: z.number().nullable().default(null),
  })
  .meta({ id: 'VersionSummary' });
export type VersionSummary = z.infer<typeof VersionSummary>;

export const ModelList = z.object({ versions: z.array(VersionSummary) }).meta({ id: 'ModelList' });
export type ModelList = z.infer<typeof ModelList>;

export const RollbackRequest = z
  .strictObject({
    alias: z.string().default('production'),
    to: Sha256.optional(),
    by: z.string().min(1).max(200),
    reason: z.string().min(1).max(1000),
  })
  .meta({ id: 'RollbackRequest' });

export const TEXT_CHARACTERS_MAX = 200_000;
export const TEXTS_MAX = 256;

/** `POST /v1/models/{name}:classify` */
export const ClassifyRequest = z
  .strictObject({
    text: z.union([
      z.string().min(1).max(TEXT_CHARACTERS_MAX),
      z.array(z.string().min(1).max(TEXT_CHARACTERS_MAX)).min(1).max(TEXTS_MAX),
    ]),
  })
  .meta({ id: 'ClassifyRequest' });
export type ClassifyRequest = z.infer<typeof ClassifyRequest>;

export const Classification = z
  .object({
    predictionId: z.uuid(),
    label: z.string(),
    score: z.number(),
    scores: z.record(z.string(), z.number()),
  })
  .meta({ id: 'Classification' });
export type Classification = z.infer<typeof Classification>;

export const ClassifyResponse = z
  .object({
    model: z.string(),
    version: z.number().int(),
    modelVersionId: Sha256,
    predictions: z.array(Classification),
  })
  .meta({ id: 'ClassifyResponse' });
export type ClassifyResponse = z.infer<typeof ClassifyResponse>;

/** `POST /v1/models/{name}:extract` */
export const ExtractRequest = z.strictObject(ClassifyRequest.shape).meta({ id: 'ExtractRequest' });

export const FoundEntity = z
  .object({
    ...Entity.shape,
    text: z.string(),
    /** Mean probability of the tags of its words. */
    score: z.number(),
  })
  .meta({ id: 'FoundEntity' });

export const ExtractResponse = z
  .object({
    ...ClassifyResponse.shape,
    predictions: z.array(z.object({ predictionId: z.uuid(), entities: z.array(FoundEntity) })),
  })
  .meta({ id: 'ExtractResponse' });
export type ExtractResponse = z.infer<typeof ExtractResponse>;

const Span = Entity.pick({ start: true, end: true });
const RelationInput = z.strictObject({
  text: z.string().min(1).max(TEXT_CHARACTERS_MAX),
  /** The two spans in UTF-16 code units; neither may be in the other. */
  head: Span,
  tail: Span,
});

/** `POST /v1/models/{name}:relate`; answered as `:classify` is. */
export const RelateRequest = z
  .union([RelationInput, z.strictObject({ relations: z.array(RelationInput).min(1).max(TEXTS_MAX) })])
  .meta({ id: 'RelateRequest' });
export type RelateRequest = z.infer<typeof RelateRequest>;
