import type { Pipeline } from '../../contracts/index.js';
import type { ArtifactStore, StageContext } from '../../stages/ports.js';

/**
 * Which points of the learning curve need a training run of their own: the recipe's sizes below the rows that
 * the full run used, ascending, each once.
 * @throws OBJECT_NOT_FOUND when there is no such training run
 */
export const planLearningCurve = async ({
  ctx,
  input,
}: {
  ctx: StageContext & { readonly artifacts: ArtifactStore };
  input: { readonly pipeline: Pipeline; readonly trainingRunId: string };
}): Promise<{ sizes: number[] }> => {
  const { rows } = await ctx.artifacts.get('TrainingRun', input.trainingRunId);
  const sizes = new Set(input.pipeline.evaluation.learningCurve.filter((size) => size < rows));
  return { sizes: [...sizes].sort((a, b) => a - b) };
};
