import { createRunner } from '../exec/createRunner.js';
import { releaseMemory } from '../exec/releaseMemory.js';
import type { Provider, Runner, RunnerOptions } from '../exec/runner.js';
import { buildEvaluationModel, buildTrainingGraph, type TrainingOptions } from '../models/training.js';
import type { Model } from '../models/types.js';
import { taskTraining } from './tasks/index.js';

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
  const { outputs } = taskTraining(model.task);
  const training = await load(buildTrainingGraph(model, { ...graph, outputs: [] }).model, runnerOptions);
  const evaluation = await load(buildEvaluationModel(model, { ...graph, outputs }), runnerOptions);
  return { training, evaluation };
}

/** The runtime has its own copy of the weights then. */
async function load(model: Uint8Array, options: RunnerOptions): Promise<Runner> {
  const runner = await createRunner(model, options);
  releaseMemory([model]);
  return runner;
}
