import { type ModelVersion, modelNameOf, type Pipeline, plumblineError } from '../../contracts/index.js';
import { digestOf } from '../digest.js';
import { throwIfCancelled } from '../pace.js';
import { loadTrainedModel, parseModelConfig } from './classifier.js';
import { huggingFaceFiles } from './huggingFace.js';
import { keepWeights } from './keepWeights.js';
import { modelCard } from './modelCard.js';
import { keepOnnxModel } from './onnxModel.js';
import type { RegistryContext } from './ports.js';

export interface RegisterModelInput {
  readonly pipeline: Pipeline;
  readonly trainingRunId: string;
  readonly evaluationId: string;
}

/**
 * Makes the model's folder (ONNX, Hugging Face format, model card, report) and registers it under the model's
 * next version number. The same model again keeps its number.
 * @throws REQUEST_INVALID when the evaluation is of another training run; ATTEMPT_FENCED; CANCELLED; and what
 *   the ports and the neural core throw
 */
export const registerModel = async ({ ctx, input }: { ctx: RegistryContext; input: RegisterModelInput }) => {
  const { pipeline, trainingRunId, evaluationId } = input;
  const model = modelNameOf(pipeline);
  const { codeVersion } = ctx;
  const { description, name } = pipeline;
  const key = digestOf({
    step: 'registerModel',
    model,
    trainingRunId,
    evaluationId,
    codeVersion,
    description,
    name,
    serving: pipeline.serving,
  });
  const finished = await ctx.artifacts.findStep(key);
  if (finished !== null) {
    const { version } = await ctx.catalog.version(finished);
    return { modelVersionId: finished, version, reused: true };
  }
  const fence = await ctx.artifacts.acquireFence(key, { runId: ctx.runId, attempt: ctx.attempt });
  const artifact = await makeVersion(ctx, input, model);
  const { modelVersionId, version } = await ctx.catalog.register(artifact, { key, fence, now: ctx.now });
  return { modelVersionId, version, reused: false };
};

const makeVersion = async (
  ctx: RegistryContext,
  { pipeline, trainingRunId, evaluationId }: RegisterModelInput,
  model: string,
): Promise<ModelVersion> => {
  const [run, evaluation] = await Promise.all([
    ctx.artifacts.get('TrainingRun', trainingRunId),
    ctx.artifacts.get('Evaluation', evaluationId),
  ]);
  if (evaluation.trainingRun !== trainingRunId)
    throw plumblineError(
      'REQUEST_INVALID',
      `Evaluation ${evaluationId} is of training run ${evaluation.trainingRun}, not of ${trainingRunId}.`,
    );
  const dataset = await ctx.artifacts.get('DatasetVersion', run.dataset);
  const trained = await loadTrainedModel(ctx, run);
  const { maxLength, task } = run.recipe;
  const card = modelCard({
    pipeline,
    run,
    evaluation,
    dataset,
    ids: { trainingRun: trainingRunId, evaluation: evaluationId },
  });
  const contents: Record<string, Uint8Array> = {
    ...huggingFaceFiles({
      model: trained,
      config: parseModelConfig(await ctx.blobs.get(run.base.config)),
      tokenizerJson: await ctx.blobs.get(run.base.tokenizer),
      maxLength,
    }),
    'README.md': new TextEncoder().encode(card),
  };
  const files: ModelVersion['files'] = {
    'report.html': evaluation.report,
    ...(await keepOnnxModel(ctx, trained)),
    ...(await keepWeights(ctx, trained)),
    ...(run.adapter && {
      'adapter/adapter_config.json': run.adapter.config,
      'adapter/adapter_model.safetensors': run.adapter.weights,
    }),
  };
  for (const [name, bytes] of Object.entries(contents)) {
    throwIfCancelled(ctx.signal);
    files[name] = await ctx.blobs.put(bytes);
  }
  return {
    kind: 'ModelVersion',
    model,
    trainingRun: trainingRunId,
    evaluation: evaluationId,
    dataset: run.dataset,
    ...(task !== 'sequence-classification' && { task }),
    labels: run.labels,
    maxLength,
    serving: pipeline.serving,
    codeVersion: ctx.codeVersion,
    files,
  };
};
