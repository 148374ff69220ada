import { differentiate } from '../autodiff/differentiate.js';
import { NnError } from '../errors.js';
import { int } from '../graph/attributes.js';
import { encodeModel } from '../graph/encode.js';
import { GraphBuilder } from '../ops/builder.js';
import { leavesLast } from '../rewrite/leavesLast.js';
import { recomputeActivations } from '../rewrite/recomputeActivations.js';
import { int64Tensor } from '../tensor.js';
import { encode } from './bert/encoder.js';
import { classify } from './bert/heads.js';
import { batchShape, declareTokens } from './bert/inputs.js';
import { type Classifier, gradientName, type TrainingGraph } from './types.js';

export interface TrainingOptions {
  /** Called once for each parameter; false freezes it. */
  readonly trainable: (name: string) => boolean;
  /**
   * Computes cheap activations twice to keep fewer of them; typical lengths of a batch decide which. The results
   * are the same bits. Left out: everything is kept.
   */
  readonly recomputeFor?: { readonly batch: number; readonly sequence: number };
}

/**
 * The training graph of a classifier. Frozen parameters are part of the model; no node computes a gradient for
 * them or below them. Throws GRAPH_INVALID where nothing is trainable.
 */
export function buildTrainingGraph(
  classifier: Classifier,
  { trainable: isTrainable, recomputeFor }: TrainingOptions,
): TrainingGraph {
  const trainable = [...classifier.parameters.keys()].filter(isTrainable);
  if (trainable.length === 0) {
    throw new NnError('GRAPH_INVALID', 'every parameter is frozen: leave at least the classifier trainable');
  }
  const builder = new GraphBuilder();
  const logits = score(builder, classifier, new Set(trainable));
  builder.input('labels', 'int64', ['batch']);
  const loss = crossEntropy(builder, logits, classifier.labels.length);
  const gradients = differentiate(builder, loss, trainable);
  const named = Object.fromEntries([...gradients].map(([name, value]) => [gradientName(name), value]));
  const graph = builder.build('training', { loss, logits, ...named });
  const ordered = recomputeFor
    ? recomputeActivations(graph, 'loss', { lengths: recomputeFor })
    : leavesLast(graph);
  return { model: encodeModel(ordered), trainable };
}

/**
 * The forward half of the training graph, for scoring with weights that are being trained: the same inputs
 * without `labels`, output `logits`.
 */
export function buildEvaluationModel(classifier: Classifier, { trainable }: TrainingOptions): Uint8Array {
  const builder = new GraphBuilder();
  const chosen = new Set([...classifier.parameters.keys()].filter(trainable));
  const logits = score(builder, classifier, chosen);
  return encodeModel(builder.build('evaluation', { logits }));
}

/** The logits, with the parameters in `asInputs` as inputs and the others as constants. */
function score(
  builder: GraphBuilder,
  { config, parameters }: Classifier,
  asInputs: ReadonlySet<string>,
): string {
  declareTokens(builder);
  for (const [name, tensor] of parameters) {
    if (asInputs.has(name)) builder.input(name, 'float32', tensor.dims);
    else builder.initializer(name, tensor);
  }
  const { hidden } = encode(builder, config, batchShape(builder), { attention: 'fused', lastLayer: 'first' });
  return classify(builder, hidden);
}

/** Mean of -log softmax(logits)[label] over the batch; a label outside 0..classes-1 is left out of the mean. */
function crossEntropy(builder: GraphBuilder, logits: string, classes: number): string {
  const indices = builder.constant(
    int64Tensor(
      [classes],
      BigInt64Array.from({ length: classes }, (_, at) => BigInt(at)),
    ),
  );
  const column = builder.emit('Unsqueeze-13', ['labels', builder.indices([1])]);
  const chosen = builder.emit('Cast-19', [builder.emit('Equal-19', [column, indices])], { to: int(1) });
  const logLikelihood = builder.emit('Mul-14', [
    builder.emit('LogSoftmax-13', [logits], { axis: int(-1) }),
    chosen,
  ]);
  const sum = (value: string) => builder.emit('ReduceSum-13', [value], { keepdims: int(0) });
  return builder.emit('Neg-13', [builder.emit('Div-14', [sum(logLikelihood), sum(chosen)])]);
}
