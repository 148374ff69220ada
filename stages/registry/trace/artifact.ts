import { ARTIFACTS, type ArtifactKind, type LineageNode } from '../../../contracts/index.js';
import { batchLineage, datasetLineage, lineage, trainingLineage } from '../lineage.js';
import { findArtifact, type TraceContext } from './context.js';

/** The kind under which an id was published, or null. */
export const kindOf = async (ctx: TraceContext, id: string): Promise<ArtifactKind | null> => {
  for (const kind of Object.keys(ARTIFACTS) as ArtifactKind[])
    if ((await findArtifact(ctx, kind, id)) !== null) return kind;
  return null;
};

type Upstream = { readonly [K in ArtifactKind]: (ctx: TraceContext, id: string) => Promise<LineageNode[]> };

const ofVersion = (ctx: TraceContext, modelVersionId: string): Promise<LineageNode[]> =>
  lineage({ ctx, input: { modelVersionId } });

/** What each kind was made from, itself first. */
const UPSTREAM: Upstream = {
  SourceBatch: async ({ artifacts }, id) => (await batchLineage(artifacts, [id])).reverse(),
  DatasetVersion: ({ artifacts }, id) => datasetLineage(artifacts, [id]),
  BaseAdaptation: async ({ artifacts }, id) => {
    const { dataset } = await artifacts.get('BaseAdaptation', id);
    return [
      { kind: 'BaseAdaptation', id, madeFrom: [dataset] },
      ...(await datasetLineage(artifacts, [dataset])),
    ];
  },
  TrainingRun: ({ artifacts }, id) => trainingLineage(artifacts, [id]),
  Evaluation: async ({ artifacts }, id) => {
    const { trainingRun, learningCurveRuns, dataset } = await artifacts.get('Evaluation', id);
    const runs = [...learningCurveRuns, trainingRun];
    return [
      { kind: 'Evaluation', id, madeFrom: [dataset, ...runs] },
      ...(await trainingLineage(artifacts, runs)),
    ];
  },
  ModelVersion: ofVersion,
  GateDecision: async (ctx, id) => {
    const { candidate, champion } = await ctx.artifacts.get('GateDecision', id);
    const madeFrom = [candidate, champion].filter((each) => each !== null);
    return [{ kind: 'GateDecision', id, madeFrom }, ...(await ofVersion(ctx, candidate))];
  },
  Deployment: async (ctx, id) => {
    const { modelVersion, evidence } = await ctx.artifacts.get('Deployment', id);
    const madeFrom = [modelVersion, evidence].filter((each) => each !== null);
    return [{ kind: 'Deployment', id, madeFrom }, ...(await ofVersion(ctx, modelVersion))];
  },
  HealthReport: async (ctx, id) => {
    const { modelVersion } = await ctx.artifacts.get('HealthReport', id);
    return [{ kind: 'HealthReport', id, madeFrom: [modelVersion] }, ...(await ofVersion(ctx, modelVersion))];
  },
};

export const upstreamOf = (ctx: TraceContext, kind: ArtifactKind, id: string): Promise<LineageNode[]> =>
  UPSTREAM[kind](ctx, id);

/** Published dataset versions that were made from a batch, or from one that goes on from it. */
export const datasetsOfBatch = async (ctx: TraceContext, batchId: string): Promise<string[]> => {
  const found: string[] = [];
  for (const id of await ctx.lineageRows.datasetIds()) {
    if ((await findArtifact(ctx, 'DatasetVersion', id)) === null) continue;
    const nodes = await datasetLineage(ctx.artifacts, [id]);
    if (nodes.some((node) => node.id === batchId)) found.push(id);
  }
  return found;
};
