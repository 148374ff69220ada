import { z } from 'zod';
import { Name, Pipeline, Sha256 } from '../../contracts/index.js';
import {
  decideGate,
  deployVersion,
  evaluateModel,
  findChampion,
  registerModel,
  rollbackAlias,
} from '../../stages/registry/index.js';
import type { RegistryContext } from '../../stages/registry/ports.js';
import { defineActivity, type EdgeDependencies, type PortsOf } from '../_edge.js';
import { planLearningCurve } from './planLearningCurve.js';

export interface RegistryDependencies extends EdgeDependencies, PortsOf<RegistryContext> {}

const Decided = { by: z.string().min(1).max(200), reason: z.string().min(1).max(1000) };

const PlanLearningCurveInput = z.strictObject({ pipeline: Pipeline, trainingRunId: Sha256 });
const EvaluateInput = z.strictObject({
  pipeline: Pipeline,
  trainingRunId: Sha256,
  datasetId: Sha256,
  learningCurveRuns: z.array(Sha256),
});
const RegisterInput = z.strictObject({ pipeline: Pipeline, trainingRunId: Sha256, evaluationId: Sha256 });
const GateInput = z.strictObject({ pipeline: Pipeline, modelVersionId: Sha256 });
const DeployInput = z.strictObject({
  pipeline: Pipeline,
  modelVersionId: Sha256,
  decisionId: Sha256,
  ...Decided,
  // Runs that began before it existed do not send it.
  at: z.iso.datetime().optional(),
});
const RollbackInput = z.strictObject({ model: Name, alias: Name, to: Sha256.optional(), ...Decided });

export const createRegistryActivities = (deps: RegistryDependencies) => ({
  planLearningCurve: defineActivity(deps, {
    name: 'planLearningCurve',
    input: PlanLearningCurveInput,
    run: ({ ctx, input }) => planLearningCurve({ ctx: { ...deps, ...ctx }, input }),
  }),
  evaluateModel: defineActivity(deps, {
    name: 'evaluateModel',
    input: EvaluateInput,
    run: ({ ctx, input }) => evaluateModel({ ctx: { ...deps, ...ctx }, input }),
  }),
  findChampion: defineActivity(deps, {
    name: 'findChampion',
    input: z.strictObject({ pipeline: Pipeline }),
    run: ({ ctx, input }) => findChampion({ ctx: { ...deps, ...ctx }, input }),
  }),
  registerModel: defineActivity(deps, {
    name: 'registerModel',
    input: RegisterInput,
    run: ({ ctx, input }) => registerModel({ ctx: { ...deps, ...ctx }, input }),
  }),
  decideGate: defineActivity(deps, {
    name: 'decideGate',
    input: GateInput,
    run: ({ ctx, input }) => decideGate({ ctx: { ...deps, ...ctx }, input }),
  }),
  deployVersion: defineActivity(deps, {
    name: 'deployVersion',
    input: DeployInput,
    run: ({ ctx, input }) => deployVersion({ ctx: { ...deps, ...ctx }, input }),
  }),
  rollbackAlias: defineActivity(deps, {
    name: 'rollbackAlias',
    input: RollbackInput,
    run: ({ ctx, input }) => rollbackAlias({ ctx: { ...deps, ...ctx }, input }),
  }),
});
