import { createGraphRunners } from '../exec/createGraphRunners.js';
import type { Provider, Runner } from '../exec/runner.js';
import { evaluationGraphOf, type TrainingOptions, trainingGraphOf } from '../models/training.js';
import type { Model } from '../models/types.js';

/** The two models of a run; both take what is trained as inputs, so that they read the optimiser's arena. */
export interface StepModels {
  /** Loss and gradients; see `TrainingGraph`. */
  readonly training: Runner;
  /** Loss and scores alone: ONNX Runtime would compute all gradients of the training model even where none is fetched. */
  readonly evaluation: Runner;
}

export interface StepModelOptions extends TrainingOptions {
  readonly threads: number;
  readonly providers?: readonly Provider[];
}

export async function createStepModels(
  model: Model,
  { threads, providers, ...graph }: StepModelOptions,
): Promise<StepModels> {
  const runnerOptions = { threads, ...(providers && { providers }) };
  const [training, evaluation] = await createGraphRunners(
    [trainingGraphOf(model, graph).graph, evaluationGraphOf(model, graph)],
    runnerOptions,
  );
  return { training, evaluation };
}
