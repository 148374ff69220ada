import { createGraphRunners } from '../exec/createGraphRunners.js';
import { chooseHalfProvider } from '../exec/halfProducts.js';
import type { Provider, Runner, RunnerOptions } from '../exec/runner.js';
import { evaluationGraphOf, type TrainingOptions, trainingGraphOf } from '../models/training.js';
import type { Model } from '../models/types.js';
import type { Precision } from './recipe.js';
import { taskTraining } from './tasks/index.js';

/** The two models of a run; both take what is trained as inputs, so that they read the optimiser's arena. */
export interface StepModels {
  /** Loss and gradients; see `TrainingGraph`. */
  readonly training: Runner;
  /**
   * Loss and scores alone, of padded texts: ONNX Runtime would compute all gradients of the training model even where
   * none is fetched.
   */
  readonly evaluation: Runner;
  readonly arithmetic: Arithmetic;
  /** What a further graph of the run must be built with. */
  readonly graph: TrainingOptions;
  /** What it must be loaded with. */
  readonly runner: RunnerOptions;
}

/** What a run really computes with. */
export interface Arithmetic {
  readonly provider: string;
  readonly precision: Precision;
  /** Products are float32 ones of rounded operands: the numbers of `precision`, not its speed. */
  readonly emulated: boolean;
}

export interface StepModelOptions extends Omit<TrainingOptions, 'precision'> {
  /** Default: float32. */
  readonly precision?: Precision;
  readonly threads: number;
  readonly providers?: readonly Provider[];
}

/** Throws OPERATOR_UNSUPPORTED where no provider computes in that precision, and what `createRunner` throws. */
export async function createStepModels(
  model: Model,
  { threads, providers = ['cpu'], precision = 'float32', ...options }: StepModelOptions,
): Promise<StepModels> {
  const chosen = precision === 'float32' ? undefined : await chooseHalfProvider(precision, providers);
  const graph: TrainingOptions = chosen
    ? { ...options, precision: { half: chosen.half, products: chosen.products, rounded: new Map() } }
    : options;
  const runner = { threads, providers: chosen ? [chosen.provider] : providers };
  const { outputs } = taskTraining(model.task);
  const evaluated = evaluationGraphOf(model, { ...graph, outputs, packed: false });
  const [training, evaluation] = await createGraphRunners(
    [trainingGraphOf(model, { ...graph, outputs: [] }).graph, evaluated],
    { ...runner, seldom: [evaluated] },
  );
  const emulated = chosen?.products === 'emulated';
  const arithmetic = { provider: training.provider, precision, emulated };
  return { training, evaluation, arithmetic, graph, runner };
}
