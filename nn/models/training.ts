import { differentiate } from '../autodiff/differentiate.js';
import { NnError } from '../errors.js';
import { encodeModel } from '../graph/encode.js';
import { GraphBuilder } from '../ops/builder.js';
import { leavesLast } from '../rewrite/leavesLast.js';
import { recomputeActivations } from '../rewrite/recomputeActivations.js';
import { familyOfType } from './families.js';
import type { Purpose } from './family.js';
import { type LossOptions, rowsOfBatch, TASK_RULES } from './tasks.js';
import { gradientName, type Model, type TrainingGraph } from './types.js';

export interface TrainingOptions {
  /** Called once for each parameter; false freezes it. */
  readonly trainable: (name: string) => boolean;
  readonly loss?: LossOptions;
  /**
   * Computes cheap activations twice to keep fewer of them; typical lengths of a batch decide which. The results
   * are the same bits. Left out: everything is kept.
   */
  readonly recomputeFor?: { readonly batch: number; readonly sequence: number };
}

/**
 * The training graph of a model. Frozen parameters are part of the model; no node computes a gradient for
 * them or below them. Throws GRAPH_INVALID where nothing is trainable or the task cannot have the loss, SHAPE_MISMATCH
 * for loss options that do not fit.
 */
export function buildTrainingGraph(
  model: Model,
  { trainable: isTrainable, loss: options, recomputeFor }: TrainingOptions,
): TrainingGraph {
  const trainable = [...model.parameters.keys()].filter(isTrainable);
  if (trainable.length === 0) {
    throw new NnError('GRAPH_INVALID', 'every parameter is frozen: leave at least the head trainable');
  }
  const builder = new GraphBuilder();
  const rows = rowsOfBatch(model.task, options);
  const outputs = forward(builder, model, new Set(trainable), 'training', rows);
  const loss = TASK_RULES[model.task].loss(builder, outputs, options);
  const gradients = differentiate(builder, loss, trainable);
  const named = Object.fromEntries([...gradients].map(([name, value]) => [gradientName(name), value]));
  const graph = builder.build('training', { loss, ...outputs, ...named });
  const inputs = graph.inputs.map(({ name }) => name).filter((name) => !model.parameters.has(name));
  const ordered = recomputeFor
    ? recomputeActivations(graph, 'loss', { lengths: axisLengths(recomputeFor) })
    : leavesLast(graph);
  return { model: encodeModel(ordered), trainable, inputs };
}

/** Lengths of every axis that a training graph may leave open. */
function axisLengths({ batch, sequence }: { readonly batch: number; readonly sequence: number }) {
  return { batch, sequence, target: sequence, pairs: batch / 2, triplets: batch / 3 };
}

/**
 * The forward half of the training graph, for scoring with weights that are being trained: the same inputs
 * without labels (a seq2seq model reads `decoder_input_ids`), the task's outputs.
 */
export function buildEvaluationModel(model: Model, { trainable }: TrainingOptions): Uint8Array {
  const builder = new GraphBuilder();
  const chosen = new Set([...model.parameters.keys()].filter(trainable));
  return encodeModel(builder.build('evaluation', forward(builder, model, chosen, 'evaluation', 'batch')));
}

/** The task's outputs, with the parameters in `asInputs` as inputs and the others as constants. */
function forward(
  builder: GraphBuilder,
  { modelType, config, task, labels, parameters }: Model,
  asInputs: ReadonlySet<string>,
  purpose: Purpose,
  rows: string,
): Readonly<Record<string, string>> {
  const family = familyOfType(modelType);
  family.declareInputs(builder, purpose, rows);
  for (const [name, tensor] of parameters) {
    if (asInputs.has(name)) builder.input(name, 'float32', tensor.dims);
    else builder.initializer(name, tensor);
  }
  if (purpose === 'training') {
    for (const [name, shape] of Object.entries(TASK_RULES[task].labels)) builder.input(name, 'int64', shape);
  }
  return family.forward({ builder, config, head: { task, labels: labels.length }, purpose });
}
