import { plumblineError, TASK_RULES, type TrainingRun } from '../../contracts/index.js';
import { buildModel, type Model, readModelWeights } from '../../nn/index.js';
import { keptWeights, withTemporaryFolder } from '../keptWeights.js';
import type { BlobStore } from '../ports.js';

/** @throws BASE_MODEL_UNSUPPORTED when the bytes are no JSON object */
export const parseModelConfig = (bytes: Uint8Array): Readonly<Record<string, unknown>> => {
  let parsed: unknown;
  try {
    parsed = JSON.parse(new TextDecoder().decode(bytes));
  } catch (cause) {
    throw plumblineError('BASE_MODEL_UNSUPPORTED', 'config.json of the base model is not JSON.', { cause });
  }
  if (typeof parsed !== 'object' || parsed === null || Array.isArray(parsed))
    throw plumblineError('BASE_MODEL_UNSUPPORTED', 'config.json of the base model holds no object.');
  return Object.fromEntries(Object.entries(parsed));
};

/**
 * The model a training run made.
 * @throws OBJECT_NOT_FOUND, OBJECT_CORRUPT, WEIGHTS_CORRUPT, BASE_MODEL_UNSUPPORTED
 */
export const loadTrainedModel = async (
  { blobs }: { readonly blobs: BlobStore },
  run: TrainingRun,
): Promise<Model> => {
  const [config, tensors] = await Promise.all([
    blobs.get(run.base.config),
    withTemporaryFolder(async (folder) => readModelWeights(await keptWeights(blobs, run.weights, folder))),
  ]);
  const { head, classesOf } = TASK_RULES[run.recipe.task];
  const model = buildModel({
    configJson: parseModelConfig(config),
    weights: tensors,
    task: head,
    labels: classesOf(run.labels),
    seed: run.recipe.seed,
  });
  // What is missing was drawn at random, and would be measured as if it had been trained.
  for (const [name, { dims }] of model.parameters) {
    const found = tensors.get(name)?.dims;
    if (found?.join() !== dims.join())
      throw plumblineError(
        'WEIGHTS_CORRUPT',
        `The trained weights should hold ${name} of shape [${dims}] for ${model.labels.length} labels, found [${found}].`,
      );
  }
  return model;
};
