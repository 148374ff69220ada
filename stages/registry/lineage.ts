import type { ArtifactKind } from '../../contracts/index.js';
import type { RegistryContext } from './ports.js';

/** One artifact of a chain and what it was made from. */
export interface LineageNode {
  readonly kind: ArtifactKind;
  readonly id: string;
  readonly madeFrom: readonly string[];
}

/**
 * Everything a version came from, newest first: version, evaluation, training runs of the learning curve, training
 * run, dataset, source batches.
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
  const { batches } = await ctx.artifacts.get('DatasetVersion', version.dataset);
  const { trainingRun, dataset } = version;
  const runs = [...evaluation.learningCurveRuns, trainingRun];
  return [
    { kind: 'ModelVersion', id: modelVersionId, madeFrom: [trainingRun, version.evaluation] },
    { kind: 'Evaluation', id: version.evaluation, madeFrom: [dataset, ...runs] },
    ...runs.map((id) => ({ kind: 'TrainingRun' as const, id, madeFrom: [dataset] })),
    { kind: 'DatasetVersion', id: dataset, madeFrom: batches },
    ...batches.map((id) => ({ kind: 'SourceBatch' as const, id, madeFrom: [] })),
  ];
};
