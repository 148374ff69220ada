import { createRunner } from '../exec/onnxRuntime.js';
import { AdamW, ParameterArena } from '../optim/index.js';
import { float32Data, float32Tensor, int64Tensor, type Tensor } from '../tensor.js';
import { buildModel, exportOnnx, taskOf } from './buildModel.js';
import { IGNORED_LABEL } from './losses/crossEntropy.js';
import { buildTrainingGraph } from './training.js';
import { gradientName, type Model, type ModelType, type T5Config, type Task } from './types.js';
import { greedyTokens } from './verification/greedy.js';
import { type ReferenceCase, readReferenceCase, tensorOf } from './verification/referenceCase.js';
import { largest, relativeError } from './verification/relativeError.js';

/** The largest errors allowed, relative to the largest value of what is compared. */
export const VERIFICATION_TOLERANCES = {
  logits: 1e-4,
  loss: 1e-4,
  gradients: 1e-3,
  adamwLosses: 1e-3,
} as const;

/** A gradient whose largest reference value is below this is rounding noise. */
const NOISE = 1e-6;

/** Largest relative errors against the reference. */
export interface Verification {
  readonly modelType: ModelType;
  readonly task: Task;
  /** Of the exported model's and of the training graph's outputs. */
  readonly logits: number;
  readonly loss: number;
  readonly gradients: number;
  /** The parameter whose gradient is furthest off. */
  readonly worstGradient: string | null;
  readonly adamwLosses: number;
  /** null where the reference has no tokens. */
  readonly greedyEqual: boolean | null;
  readonly passed: boolean;
}

/**
 * Compares a model with what another implementation computed for it. `files` holds the content of config.json,
 * model.safetensors, case.safetensors, gradients.safetensors and expected.json. Throws WEIGHTS_CORRUPT for files that
 * cannot be read, SHAPE_MISMATCH where shapes differ, and what `buildModel` throws.
 */
export async function verifyModel(
  files: ReadonlyMap<string, Uint8Array>,
  { threads }: { readonly threads: number },
): Promise<Verification> {
  const reference = readReferenceCase(files);
  const { configJson, weights, expected } = reference;
  const task = taskOf(configJson);
  const model = buildModel({ configJson, weights, task, seed: 0 });
  const served = await verifyInference(model, reference, threads);
  const trained = await verifyTraining(model, reference, threads);
  const errors = {
    logits: Math.max(served.outputs, trained.outputs),
    loss: relative(trained.losses[0], expected.loss),
    gradients: trained.gradients,
    adamwLosses: Math.max(...expected.losses.map((loss, step) => relative(trained.losses[step], loss))),
  };
  const within = Object.entries(VERIFICATION_TOLERANCES).every(
    // Written so that an error that is not a number fails.
    ([name, tolerance]) => errors[name as keyof typeof errors] <= tolerance,
  );
  return {
    modelType: model.modelType,
    task,
    ...errors,
    worstGradient: trained.worstGradient,
    greedyEqual: served.greedyEqual,
    passed: within && served.greedyEqual !== false,
  };
}

async function verifyInference(model: Model, reference: ReferenceCase, threads: number) {
  const runner = await createRunner(exportOnnx(model), { threads });
  try {
    const inputs = {
      input_ids: tensorOf(reference, 'input_ids'),
      attention_mask: tensorOf(reference, 'attention_mask'),
    };
    const decoder: Record<string, Tensor> =
      model.config.modelType === 't5'
        ? { decoder_input_ids: shiftedRight(tensorOf(reference, 'labels'), model.config) }
        : {};
    const names = outputsToCompare(model, reference);
    const results = await runner.run({ ...inputs, ...decoder }, fetchesOf(names));
    const { greedyTokens: expected } = reference.expected;
    const tokens = expected && (await greedyTokens(runner, model.config, inputs, expected.length));
    return {
      outputs: worstOutput(results, reference, names),
      greedyEqual: expected?.every((token, at) => token === tokens?.[at]) ?? null,
    };
  } finally {
    await runner.dispose();
  }
}

async function verifyTraining(model: Model, reference: ReferenceCase, threads: number) {
  const { adamw: settings, losses: expected } = reference.expected;
  const { model: bytes, trainable, inputs } = buildTrainingGraph(model, { trainable: () => true });
  const arena = new ParameterArena(model.parameters);
  const adamw = new AdamW(arena, { ...settings, decays: () => true });
  const runner = await createRunner(bytes, { threads });
  try {
    const feeds = {
      ...Object.fromEntries(inputs.map((name) => [name, tensorOf(reference, name)])),
      ...Object.fromEntries(arena.region('weights')),
    };
    const loss = float32Tensor([]);
    const gradients = arena.region('gradients');
    const named = Object.fromEntries([...gradients].map(([name, tensor]) => [gradientName(name), tensor]));
    const names = outputsToCompare(model, reference);
    const results = await runner.run(feeds, { ...fetchesOf(names), loss, ...named });
    const { worst, parameter } = worstGradientOf(gradients, reference.gradients, trainable);
    const losses = [float32Data(loss)[0]!];
    for (let step = 1; step < expected.length; step += 1) {
      adamw.step({ learningRate: settings.learningRate, maxGradNorm: null }, adamw.gradNorm());
      await runner.run(feeds, { loss, ...named });
      losses.push(float32Data(loss)[0]!);
    }
    return {
      outputs: worstOutput(results, reference, names),
      gradients: worst,
      worstGradient: parameter,
      losses,
    };
  } finally {
    await runner.dispose();
  }
}

function worstGradientOf(
  computed: ReadonlyMap<string, Tensor>,
  reference: ReadonlyMap<string, Tensor>,
  trainable: readonly string[],
): { worst: number; parameter: string | null } {
  let worst = 0;
  let parameter: string | null = null;
  for (const name of new Set([...trainable, ...reference.keys()])) {
    const [found, wanted] = [computed.get(name), reference.get(name)];
    if (wanted && found && largest(wanted) < NOISE) continue;
    // A parameter that only one side has is wrong without measure.
    const error = found && wanted ? relativeError(found, wanted) : Number.POSITIVE_INFINITY;
    if (error > worst) [worst, parameter] = [error, name];
  }
  return { worst, parameter };
}

function relative(found: number | undefined, expected: number): number {
  return Math.abs((found ?? Number.NaN) - expected) / Math.abs(expected);
}

/** The task's outputs; the reference must hold those that are asked for in any case. */
function outputsToCompare({ graph }: Model, { tensors }: ReferenceCase): string[] {
  const names = graph.outputs.map(({ name }) => name);
  return names.filter((name) => name !== 'embedding' || names.length === 1 || tensors.has(name));
}

function worstOutput(
  results: Readonly<Record<string, Tensor>>,
  reference: ReferenceCase,
  names: readonly string[],
): number {
  return Math.max(...names.map((name) => relativeError(results[name]!, tensorOf(reference, name))));
}

function fetchesOf(names: readonly string[]): Record<string, null> {
  return Object.fromEntries(names.map((name) => [name, null]));
}

/** As the training graph shifts labels, for the exported model, which leaves that to whoever generates. */
function shiftedRight({ dims, data }: Tensor, { decoderStartId, padId }: T5Config): Tensor {
  const labels = data as BigInt64Array;
  const length = dims.at(-1)!;
  const ids = labels.map((_, at) => {
    if (at % length === 0) return BigInt(decoderStartId);
    return labels[at - 1] === BigInt(IGNORED_LABEL) ? BigInt(padId) : labels[at - 1]!;
  });
  return int64Tensor(dims, ids);
}
