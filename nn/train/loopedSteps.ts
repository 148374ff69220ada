import { NnError } from '../errors.js';
import { createGraphRunners } from '../exec/createGraphRunners.js';
import type { RunnerOptions } from '../exec/runner.js';
import { type TrainingOptions, trainingGraphOf } from '../models/training.js';
import type { Model } from '../models/types.js';
import type { ParameterArena } from '../optim/index.js';
import { buildStepLoop, type StepLoopSettings } from '../steps/buildStepLoop.js';
import { StepLoopRunner } from '../steps/stepLoopRunner.js';
import type { TrainingRecipe } from './recipe.js';

/** Steps that are made together with their updates, in place of a training model. */
export interface LoopedSteps {
  readonly runner: StepLoopRunner;
  readonly stepsPerRun: number;
}

export interface LoopRequest {
  readonly model: Model;
  readonly graph: TrainingOptions;
  readonly settings: StepLoopSettings;
  readonly arena: ParameterArena;
  readonly stepsPerRun: number;
  readonly runner: RunnerOptions;
}

/** So many that carrying weights and state to the GPU and back once a run is little beside the steps. */
const GPU_STEPS_PER_RUN = 16;

/**
 * How many steps a run has: as many as asked for, some where the provider is a GPU and the recipe allows it, else none.
 * Throws REQUEST_INVALID for a number that is none, or one that the recipe does not allow.
 */
export function stepsPerRunOf(
  recipe: TrainingRecipe,
  provider: string,
  asked: number | undefined,
): number | null {
  const obstacle = obstacleTo(recipe);
  if (asked === undefined) {
    const isGpu = provider === 'cuda' || provider === 'tensorrt';
    return isGpu && obstacle === undefined ? GPU_STEPS_PER_RUN : null;
  }
  if (!Number.isSafeInteger(asked) || asked < 1) {
    throw new NnError('REQUEST_INVALID', `a run has at least one step, not ${asked}`);
  }
  if (obstacle !== undefined) {
    throw new NnError('REQUEST_INVALID', `several steps cannot be one run with ${obstacle}`);
  }
  return asked;
}

/** What keeps the updates out of the graph. */
function obstacleTo(recipe: TrainingRecipe): string | undefined {
  const { optimizer, microBatchSize, batchSize, precision } = recipe;
  if (precision === 'float16') return 'the precision float16, whose loss scale may change at every step';
  if (optimizer?.type === 'adafactor') return 'Adafactor';
  return microBatchSize !== undefined && microBatchSize < batchSize ? 'a microBatchSize' : undefined;
}

/** Throws what `createRunner` throws. */
export async function createLoopedSteps(request: LoopRequest): Promise<LoopedSteps> {
  const { model, graph, settings, arena, stepsPerRun, runner: options } = request;
  const loop = buildStepLoop(trainingGraphOf(model, graph), settings);
  const [runner] = await createGraphRunners([loop.graph], options);
  return { runner: new StepLoopRunner(loop, arena, runner), stepsPerRun };
}
