import { modelNameOf, type Pipeline } from '../../contracts/index.js';
import type { RegistryContext } from './ports.js';

/**
 * The training run behind the version that the pipeline's alias names; null while it names none.
 * @throws OBJECT_NOT_FOUND, OBJECT_CORRUPT
 */
export const findChampion = async ({
  ctx,
  input: { pipeline },
}: {
  ctx: Pick<RegistryContext, 'artifacts' | 'catalog'>;
  input: { readonly pipeline: Pipeline };
}): Promise<{ trainingRunId: string | null }> => {
  const state = await ctx.catalog.alias(modelNameOf(pipeline), pipeline.promotion.alias);
  if (state === null) return { trainingRunId: null };
  const { trainingRun } = await ctx.artifacts.get('ModelVersion', state.modelVersionId);
  return { trainingRunId: trainingRun };
};
