import type { TracedModel, TracedRecord } from '../../../contracts/index.js';
import { lineage } from '../lineage.js';
import type { TraceContext } from './context.js';

/** Dataset versions that a run's weights come from, its predecessors and the adapted base included. */
export const learntFrom = async (
  { artifacts }: Pick<TraceContext, 'artifacts'>,
  trainingRunId: string,
): Promise<{ readonly datasetId: string; readonly rows: number; readonly whole: boolean }[]> => {
  const found = new Map<string, { readonly rows: number; readonly whole: boolean }>();
  for (let id: string | null = trainingRunId; id !== null; ) {
    const { dataset, adaptation, previous, rows }: Awaited<ReturnType<typeof artifacts.get<'TrainingRun'>>> =
      await artifacts.get('TrainingRun', id);
    const { splits } = await artifacts.get('DatasetVersion', dataset);
    // A run that goes on from another has seen the rows it did not read again by way of that one.
    const whole = previous !== null || rows === splits.train.rows;
    if (!found.has(dataset)) found.set(dataset, { rows: splits.train.rows, whole });
    if (adaptation !== null) {
      const adapted = await artifacts.get('BaseAdaptation', adaptation);
      if (!found.has(adapted.dataset)) found.set(adapted.dataset, { rows: adapted.rows, whole: true });
    }
    id = previous;
  }
  return [...found].map(([datasetId, rest]) => ({ datasetId, ...rest }));
};

const everyVersion = async ({ catalog }: TraceContext): Promise<Omit<TracedModel, 'use' | 'certain'>[]> => {
  const aliases = await catalog.aliases();
  return (await catalog.versions()).map(({ modelVersionId, model, version }) => ({
    modelVersionId,
    model,
    version,
    aliases: aliases.filter((state) => state.modelVersionId === modelVersionId).map(({ alias }) => alias),
  }));
};

/** Model versions that a record went into, and how. */
export const modelsOfRecord = async (
  ctx: TraceContext,
  { datasets }: TracedRecord,
): Promise<TracedModel[]> => {
  const splitIn = new Map(datasets.map(({ datasetId, split }) => [datasetId, split]));
  const models: TracedModel[] = [];
  for (const known of await everyVersion(ctx)) {
    const version = await ctx.artifacts.get('ModelVersion', known.modelVersionId);
    const sets = await learntFrom(ctx, version.trainingRun);
    const taught = sets.filter(({ datasetId }) => splitIn.get(datasetId) === 'train');
    const use: TracedModel['use'] = [
      ...(taught.length > 0 ? (['learnt-from'] as const) : []),
      ...(sets.some(({ datasetId }) => splitIn.get(datasetId) === 'validation')
        ? (['chosen-by'] as const)
        : []),
      ...(splitIn.get(version.dataset) === 'test' ? (['measured-by'] as const) : []),
    ];
    const certain = taught.length === 0 || taught.some(({ whole }) => whole);
    if (use.length > 0) models.push({ ...known, use, certain });
  }
  return models;
};

/** Model versions that an artifact is in the chain of. */
export const modelsOfArtifact = async (ctx: TraceContext, id: string): Promise<TracedModel[]> => {
  const models: TracedModel[] = [];
  for (const known of await everyVersion(ctx)) {
    const nodes = await lineage({ ctx, input: known });
    if (nodes.some((node) => node.id === id)) models.push({ ...known, use: ['made-from'], certain: true });
  }
  return models;
};

/** The version that answered. @throws MODEL_NOT_FOUND */
export const answeringModel = async (ctx: TraceContext, modelVersionId: string): Promise<TracedModel> => {
  await ctx.catalog.version(modelVersionId);
  const known = (await everyVersion(ctx)).find((each) => each.modelVersionId === modelVersionId)!;
  return { ...known, use: ['answered'], certain: true };
};
