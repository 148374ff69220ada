import { loraHook } from '../adapters/loraLinear.js';
import type { LoraAdapter } from '../adapters/types.js';
import { differentiate } from '../autodiff/differentiate.js';
import { dependents } from '../autodiff/withoutGradient.js';
import { NnError } from '../errors.js';
import { encodeModel } from '../graph/encode.js';
import type { Graph } from '../graph/ir.js';
import { GraphBuilder } from '../ops/builder.js';
import { leavesLast } from '../rewrite/leavesLast.js';
import { type MixedPrecisionOptions, mixedPrecision } from '../rewrite/mixedPrecision.js';
import { recomputeActivations } from '../rewrite/recomputeActivations.js';
import { scatterIntoProduct } from '../rewrite/scatterIntoProduct.js';
import { familyOfType } from './families.js';
import { PackedLayout } from './layers/packedLayout.js';
import { PaddedLayout } from './layers/paddedLayout.js';
import { type LossOptions, TASK_RULES, textsOfBatch } from './tasks.js';
import { gradientName, type Model, type TrainingGraph } from './types.js';

/** Input of a float16 training graph: what the loss is multiplied by before its gradients are taken, float32 []. */
export const LOSS_SCALE = 'loss_scale';

export interface TrainingOptions {
  /** Called once for each parameter; false freezes it. */
  readonly trainable: (name: string) => boolean;
  /** Trained in place of the model's own parameters, all of which `trainable` should freeze. */
  readonly adapter?: LoraAdapter;
  readonly loss?: LossOptions;
  /**
   * Computes cheap activations twice to keep fewer of them; typical lengths of a batch decide which. The results
   * are the same bits. Left out: everything is kept.
   */
  readonly recomputeFor?: BatchLengths;
  /**
   * Which of the task's outputs the graph has: the runtime keeps an output until the run ends, also one that nobody
   * fetches, and the scores of a vocabulary are large. Default: all.
   */
  readonly outputs?: readonly string[];
  /** Products in half precision. Left out: everything is float32. */
  readonly precision?: HalfPrecision;
  /** Whether a row holds several texts; see `PackedLayout` for the inputs. Default: one text a row, padded. */
  readonly packed?: boolean;
}

/** The element type of the products, and how the provider that is to run the graph has to compute them. */
export type HalfPrecision = Omit<MixedPrecisionOptions, 'exact'>;

/**
 * The training graph of a model. Frozen parameters are part of the model; no node computes a gradient for
 * them or below them. Throws GRAPH_INVALID where nothing is trainable or the task cannot have the loss, SHAPE_MISMATCH
 * for loss options that do not fit.
 */
export function buildTrainingGraph(model: Model, options: TrainingOptions): TrainingGraph {
  const { graph, ...rest } = trainingGraphOf(model, options);
  return { ...rest, model: encodeModel(graph) };
}

/** `buildTrainingGraph` before it is encoded, for weights of any size. */
export function trainingGraphOf(
  model: Model,
  {
    trainable: isTrainable,
    adapter,
    loss: options,
    recomputeFor,
    precision,
    outputs: wanted,
    packed = false,
  }: TrainingOptions,
): Omit<TrainingGraph, 'model'> & { readonly graph: Graph } {
  const trainable = trainedNames(model, isTrainable, adapter);
  if (trainable.length === 0) {
    throw new NnError('GRAPH_INVALID', 'every parameter is frozen: leave at least the head trainable');
  }
  const builder = new GraphBuilder(adapter && loraHook(adapter));
  const asInputs = trainedShapes(model, trainable, adapter);
  const { loss, outputs } = forward(builder, model, { asInputs, loss: options, packed });
  const { gradients, exact } = scaledGradients(builder, { outputs, loss, trainable }, precision);
  const named = Object.fromEntries(trainable.map((name) => [gradientName(name), gradients.get(name)!]));
  const graph = scatterIntoProduct(
    builder.build('training', {
      loss,
      ...selected(outputs, precision ? undefined : wanted),
      ...named,
    }),
  );
  const inputs = graph.inputs.map(({ name }) => name).filter((name) => !trainable.includes(name));
  const ordered = recomputeFor
    ? recomputeActivations(graph, 'loss', { lengths: axisLengths(recomputeFor) })
    : leavesLast(graph);
  const rounded = precision ? mixedPrecision(ordered, { ...precision, exact }) : ordered;
  return { graph: without(rounded, outputs, wanted), trainable, inputs };
}

/**
 * The gradients, in float16 those of `loss_scale` times the loss, and where the loss begins and ends: it is computed in
 * float32, whatever the model's products are.
 */
function scaledGradients(
  builder: GraphBuilder,
  { outputs, loss, trainable }: Forward,
  precision: HalfPrecision | undefined,
) {
  if (!precision) return { gradients: differentiate(builder, loss, trainable), exact: { from: [], to: [] } };
  const read = Object.values(outputs).filter((output) => dependents(builder.nodes, [output]).has(loss));
  const scaled =
    precision.half === 'float16'
      ? builder.emit('Mul-14', [loss, builder.input(LOSS_SCALE, 'float32', [])])
      : loss;
  const gradients = differentiate(builder, scaled, [...trainable, ...read]);
  // An output may go by its public name only, which it gets when the graph is built.
  const from = Object.keys(outputs);
  return { gradients, exact: { from, to: ['loss', ...read.map((output) => gradients.get(output)!)] } };
}

interface Forward {
  readonly outputs: Readonly<Record<string, string>>;
  readonly loss: string;
  readonly trainable: readonly string[];
}

type Outputs = Readonly<Record<string, string>>;

/** Without the outputs that only told where the loss begins. */
function without(graph: Graph, outputs: Outputs, wanted: readonly string[] | undefined): Graph {
  const kept = selected(outputs, wanted);
  return { ...graph, outputs: graph.outputs.filter(({ name }) => !(name in outputs) || name in kept) };
}

function selected(outputs: Outputs, wanted: readonly string[] | undefined): Outputs {
  return Object.fromEntries(Object.entries(outputs).filter(([name]) => wanted?.includes(name) ?? true));
}

/** Rows of a batch and their tokens; `target` are those that a second stack writes, default `sequence`. */
export interface BatchLengths {
  readonly batch: number;
  readonly sequence: number;
  readonly target?: number;
  /** Where packed; otherwise as many as rows. */
  readonly texts?: number;
}

/** Lengths of every axis that a training graph may leave open. */
export function axisLengths({ batch, sequence, target = sequence, texts = batch }: BatchLengths) {
  return { batch, sequence, target, texts, pairs: texts / 2, triplets: texts / 3 };
}

/**
 * The forward half of the training graph, for scoring with weights that are being trained: the same inputs, `loss` and
 * the task's outputs. Throws as `buildTrainingGraph` does.
 */
export function buildEvaluationModel(model: Model, options: EvaluationOptions): Uint8Array {
  return encodeModel(evaluationGraphOf(model, options));
}

type EvaluationOptions = Omit<TrainingOptions, 'recomputeFor'>;

/** `buildEvaluationModel` before it is encoded, for weights of any size. */
export function evaluationGraphOf(
  model: Model,
  { trainable, adapter, loss: options, precision, packed = false, outputs: wanted }: EvaluationOptions,
): Graph {
  const builder = new GraphBuilder(adapter && loraHook(adapter));
  const asInputs = trainedShapes(model, trainedNames(model, trainable, adapter), adapter);
  const { loss, outputs } = forward(builder, model, { asInputs, loss: options, packed });
  const graph = leavesLast(
    builder.build('evaluation', { loss, ...selected(outputs, precision ? undefined : wanted) }),
  );
  const exact = { from: Object.keys(outputs), to: ['loss'] };
  return without(precision ? mixedPrecision(graph, { ...precision, exact }) : graph, outputs, wanted);
}

/** The parameters a step trains: the model's that are not frozen, and the adapter's. */
function trainedNames(
  { parameters }: Model,
  isTrainable: TrainingOptions['trainable'],
  adapter: LoraAdapter | undefined,
): string[] {
  const own = [...parameters.keys()].filter(isTrainable);
  return [...new Set([...own, ...(adapter?.parameters.keys() ?? [])])];
}

type Shapes = ReadonlyMap<string, readonly number[]>;

function trainedShapes(model: Model, names: readonly string[], adapter: LoraAdapter | undefined): Shapes {
  return new Map(
    names.map((name) => [name, (adapter?.parameters.get(name) ?? model.parameters.get(name)!).dims]),
  );
}

interface ForwardOptions {
  /** The parameters that are inputs; the others are constants. */
  readonly asInputs: Shapes;
  readonly loss: LossOptions | undefined;
  readonly packed: boolean;
}

function forward(
  builder: GraphBuilder,
  { modelType, config, task, labels, parameters }: Model,
  { asInputs, loss: options, packed }: ForwardOptions,
) {
  const family = familyOfType(modelType);
  const rule = TASK_RULES[task];
  const texts = textsOfBatch(task, options, packed ? 'texts' : 'batch');
  family.declareInputs(builder, { purpose: 'training', rows: packed ? 'batch' : texts, packed });
  if (packed) builder.input('text_starts', 'int64', [texts]);
  for (const [name, tensor] of parameters) {
    if (!asInputs.has(name)) builder.initializer(name, tensor);
  }
  for (const [name, dims] of asInputs) builder.input(name, 'float32', dims);
  for (const [name, shape] of Object.entries(rule.labels))
    builder.input(name, 'int64', rule.perText ? [texts] : shape);
  const layout = packed ? new PackedLayout(builder) : new PaddedLayout(builder);
  const head = { task, labels: labels.length };
  const outputs = family.forward({ builder, config, head, purpose: 'training', layout });
  return { loss: rule.loss(builder, outputs, options, layout), outputs };
}
