import {
  type Deployment,
  type EvaluationRow,
  type ModelVersion,
  plumblineError,
} from '../../../contracts/index.js';
import { digestOf } from '../../digest.js';
import type { ArtifactStore, Fence, StageContext } from '../../ports.js';
import { memoryWorld } from '../../testing/index.js';
import type {
  AliasState,
  EvaluationRows,
  ModelCatalog,
  RegisteredVersion,
  RegistryContext,
} from '../ports.js';

export class MemoryEvaluationRows implements EvaluationRows {
  readonly rows = new Map<string, EvaluationRow>();

  async insert(rows: readonly EvaluationRow[]) {
    for (const row of rows) this.rows.set(`${row.trainingRunId}/${row.split}/${row.recordId}`, row);
  }

  async read(trainingRunId: string, split: 'validation' | 'test') {
    return [...this.rows.values()]
      .filter((row) => row.trainingRunId === trainingRunId && row.split === split)
      .sort((a, b) => (a.recordId < b.recordId ? -1 : 1));
  }
}

type Deployed = Deployment & { readonly deploymentId: string };

export class MemoryModelCatalog implements ModelCatalog {
  readonly registered: RegisteredVersion[] = [];
  readonly states = new Map<string, AliasState>();
  readonly log: Deployed[] = [];
  /** Runs before the next deployment is checked: another person's change that comes between. */
  interfere: (() => Promise<unknown>) | null = null;

  constructor(private readonly artifacts: ArtifactStore) {}

  async register(artifact: ModelVersion, step: { key: string; fence: Fence; now: string }) {
    const modelVersionId = await this.artifacts.publish(artifact, step);
    const known = this.registered.find((entry) => entry.modelVersionId === modelVersionId);
    if (known !== undefined) return known;
    const version = this.registered.filter(({ model }) => model === artifact.model).length + 1;
    const entry = { modelVersionId, model: artifact.model, version, createdAt: step.now };
    this.registered.push(entry);
    return entry;
  }

  async versions(model?: string) {
    return this.registered.filter((entry) => model === undefined || entry.model === model);
  }

  async version(modelVersionId: string) {
    const found = this.registered.find((entry) => entry.modelVersionId === modelVersionId);
    if (found === undefined) throw plumblineError('MODEL_NOT_FOUND', `no version ${modelVersionId}`);
    return found;
  }

  async aliases(model?: string) {
    return [...this.states.values()].filter((state) => model === undefined || state.model === model);
  }

  async alias(model: string, alias: string) {
    return this.states.get(`${model}/${alias}`) ?? null;
  }

  async deploy(deployment: Deployment, expectedRevision: number) {
    const { interfere } = this;
    this.interfere = null;
    await interfere?.();
    const deploymentId = digestOf(deployment);
    const key = `${deployment.model}/${deployment.alias}`;
    const state = this.states.get(key);
    if (state?.deploymentId === deploymentId) return state;
    if ((state?.revision ?? 0) !== expectedRevision)
      throw plumblineError('ALIAS_CONFLICT', `${key} is at revision ${state?.revision ?? 0}`);
    const { version } = await this.version(deployment.modelVersion);
    const next: AliasState = {
      model: deployment.model,
      alias: deployment.alias,
      modelVersionId: deployment.modelVersion,
      version,
      deploymentId,
      revision: expectedRevision + 1,
      updatedAt: deployment.at,
    };
    this.log.unshift({ ...deployment, deploymentId });
    this.states.set(key, next);
    return next;
  }

  async deployments(model: string, alias: string) {
    return this.log.filter((entry) => entry.model === model && entry.alias === alias);
  }
}

/** The registry's ports over one memory. */
export const registryWorld = (overrides: Partial<StageContext> = {}) => {
  const world = memoryWorld(overrides);
  const evaluations = new MemoryEvaluationRows();
  const catalog = new MemoryModelCatalog(world.artifacts);
  return { ...world, evaluations, catalog, threads: 1, providers: ['cpu'] as const };
};
export type RegistryWorld = ReturnType<typeof registryWorld> & RegistryContext;
