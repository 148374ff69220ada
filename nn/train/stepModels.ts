import { createRunner } from '../exec/createRunner.js';
import type { Provider, Runner } from '../exec/runner.js';
import { buildEvaluationModel, buildTrainingGraph } from '../models/training.js';
import type { Classifier } from '../models/types.js';

/** The two models of a run; both take the trainable parameters as inputs, so that they read the optimiser's arena. */
export interface StepModels {
  /** Loss and gradients; see `TrainingGraph`. */
  readonly training: Runner;
  /** Logits alone: ONNX Runtime would compute all gradients of the training model even where none is fetched. */
  readonly evaluation: Runner;
}

export interface StepModelOptions {
  readonly trainable: (parameter: string) => boolean;
  readonly threads: number;
  readonly providers?: readonly Provider[];
}

export async function createStepModels(
  classifier: Classifier,
  options: StepModelOptions,
): Promise<StepModels> {
  const { trainable, threads, providers } = options;
  const runnerOptions = { threads, ...(providers && { providers }) };
  const training = await createRunner(buildTrainingGraph(classifier, { trainable }).model, runnerOptions);
  const evaluation = await createRunner(buildEvaluationModel(classifier, { trainable }), runnerOptions);
  return { training, evaluation };
}
