import type { LineageNode } from '../../contracts/index.js';
import { readChains } from '../chain.js';
import type { RegistryContext } from './ports.js';

/**
 * Everything a version came from, newest first: version, evaluation, training runs of the learning curve, training
 * run, the runs before it and the adapted base where there are any, datasets, source batches.
 * @throws MODEL_NOT_FOUND, OBJECT_NOT_FOUND, OBJECT_CORRUPT
 */
export const lineage = async ({
  ctx,
  input,
}: {
  ctx: Pick<RegistryContext, 'artifacts' | 'catalog'>;
  input: { readonly modelVersionId: string };
}): Promise<LineageNode[]> => {
  const { modelVersionId } = await ctx.catalog.version(input.modelVersionId);
  const version = await ctx.artifacts.get('ModelVersion', modelVersionId);
  const evaluation = await ctx.artifacts.get('Evaluation', version.evaluation);
  const { trainingRun, dataset } = version;
  const runs = [...evaluation.learningCurveRuns, trainingRun];
  return [
    { kind: 'ModelVersion', id: modelVersionId, madeFrom: [trainingRun, version.evaluation] },
    { kind: 'Evaluation', id: version.evaluation, madeFrom: [dataset, ...runs] },
    ...(await trainingLineage(ctx.artifacts, runs)),
  ];
};

/** Runs and what they came from, each once; the newest runs first, then adapted bases, datasets and batches. */
export const trainingLineage = async (
  artifacts: RegistryContext['artifacts'],
  newest: readonly string[],
): Promise<LineageNode[]> => {
  const runs = new Map<string, LineageNode>();
  const adaptations = new Map<string, LineageNode>();
  const datasets = new Set<string>();
  for (const waiting = [...newest]; waiting.length > 0; ) {
    const id = waiting.shift()!;
    if (runs.has(id)) continue;
    const { dataset, adaptation, previous } = await artifacts.get('TrainingRun', id);
    const madeFrom = [dataset, adaptation, previous].filter((each) => each !== null);
    runs.set(id, { kind: 'TrainingRun', id, madeFrom });
    datasets.add(dataset);
    if (previous !== null) waiting.push(previous);
    if (adaptation === null || adaptations.has(adaptation)) continue;
    const { dataset: read } = await artifacts.get('BaseAdaptation', adaptation);
    adaptations.set(adaptation, { kind: 'BaseAdaptation', id: adaptation, madeFrom: [read] });
    datasets.add(read);
  }
  return [...runs.values(), ...adaptations.values(), ...(await datasetLineage(artifacts, [...datasets]))];
};

/** Datasets and every batch they were made from, chains included. */
export const datasetLineage = async (
  artifacts: RegistryContext['artifacts'],
  datasets: readonly string[],
): Promise<LineageNode[]> => {
  const versions = await Promise.all(
    datasets.map(async (id): Promise<LineageNode> => {
      const { batches } = await artifacts.get('DatasetVersion', id);
      return { kind: 'DatasetVersion', id, madeFrom: batches };
    }),
  );
  return [
    ...versions,
    ...(await batchLineage(artifacts, [...new Set(versions.flatMap((node) => node.madeFrom))])),
  ];
};

/** Batches and those they go on from. */
export const batchLineage = async (
  artifacts: RegistryContext['artifacts'],
  heads: readonly string[],
): Promise<LineageNode[]> =>
  (await readChains(artifacts, heads)).map(
    ({ id, batch: { previous } }): LineageNode => ({
      kind: 'SourceBatch',
      id,
      madeFrom: previous === undefined ? [] : [previous],
    }),
  );
