import { NnError } from '../errors.js';
import type { Shape } from '../graph/ir.js';
import type { GraphBuilder } from '../ops/builder.js';
import type { Layout } from './layers/layout.js';
import { multipleNegatives, triplet } from './losses/contrastive.js';
import { type CrossEntropyOptions, crossEntropy } from './losses/crossEntropy.js';
import type { Task } from './types.js';

/** What is minimised; default: cross-entropy, for sentence embeddings `multiple-negatives`. */
export type LossOptions =
  | ({ readonly kind: 'cross-entropy' } & CrossEntropyOptions)
  /** Rows of the batch are pairs of texts that belong together, in turn. `scale` of the cosines, default 20. */
  | { readonly kind: 'multiple-negatives'; readonly scale?: number }
  /** Rows of the batch are anchor, positive and negative, in turn. Default margin 5. */
  | { readonly kind: 'triplet'; readonly margin?: number };

type Outputs = Readonly<Record<string, string>>;

interface TaskRule {
  /** Whether a model of the task has named classes. */
  readonly hasLabels: boolean;
  /** Whether an output belongs to a text as a whole or to places in it. */
  readonly perText: boolean;
  /** int64 inputs of the training graph that say what is right. */
  readonly labels: Readonly<Record<string, Shape>>;
  /** Throws GRAPH_INVALID for a loss that the task cannot have. */
  readonly loss: (
    builder: GraphBuilder,
    outputs: Outputs,
    options: LossOptions | undefined,
    layout: Layout,
  ) => string;
}

const textLabel = { labels: ['batch'] };
const tokenLabels = { labels: ['batch', 'sequence'] };

/** Every task: its labels and its loss. */
export const TASK_RULES: { readonly [T in Task]: TaskRule } = {
  'sequence-classification': {
    hasLabels: true,
    perText: true,
    labels: textLabel,
    loss: (builder, { logits }, options) => crossEntropy(builder, logits!, 'labels', forClasses(options)),
  },
  'token-classification': {
    hasLabels: true,
    perText: false,
    labels: tokenLabels,
    loss: (builder, { logits }, options) => ofTokens(builder, logits!, 'labels', options),
  },
  'question-answering': {
    hasLabels: false,
    perText: true,
    labels: { start_positions: ['batch'], end_positions: ['batch'] },
    loss: (builder, { start_logits, end_logits }, options) => {
      const start = crossEntropy(builder, start_logits!, 'start_positions', forClasses(options));
      const end = crossEntropy(builder, end_logits!, 'end_positions', forClasses(options));
      return builder.emit('Mul-14', [builder.emit('Add-14', [start, end]), builder.scalar(0.5)]);
    },
  },
  'masked-lm': {
    hasLabels: false,
    perText: false,
    labels: tokenLabels,
    loss: (builder, { logits }, options) => ofTokens(builder, logits!, 'labels', options),
  },
  'causal-lm': {
    hasLabels: false,
    perText: false,
    labels: tokenLabels,
    loss: (builder, { logits }, options, layout) =>
      ofTokens(builder, logits!, layout.shiftLeft('labels'), options),
  },
  'seq2seq-lm': {
    hasLabels: false,
    perText: false,
    labels: { labels: ['batch', 'target'] },
    loss: (builder, { logits }, options) => ofTokens(builder, logits!, 'labels', options),
  },
  'sentence-embedding': {
    hasLabels: false,
    perText: true,
    labels: {},
    loss: (builder, { embedding }, options, layout) => {
      if (options?.kind === 'cross-entropy') throw unfit('cross-entropy', 'sentence-embedding');
      return options?.kind === 'triplet'
        ? triplet(builder, embedding!, options.margin ?? 5)
        : multipleNegatives(builder, embedding!, options?.scale ?? 20, layout);
    },
  },
};

/** Symbolic number of a training batch's texts: a contrastive loss needs whole groups, others take any (`some`). */
export function textsOfBatch(task: Task, options: LossOptions | undefined, some: string): string {
  if (task !== 'sentence-embedding') return some;
  return options?.kind === 'triplet' ? '3*triplets' : '2*pairs';
}

function forClasses(options: LossOptions | undefined): CrossEntropyOptions {
  if (options === undefined || options.kind === 'cross-entropy') return options ?? {};
  throw unfit(options.kind, 'a task with labels');
}

/** Cross-entropy of logits [batch, length, classes] against labels [batch, length]. */
function ofTokens(
  builder: GraphBuilder,
  logits: string,
  labels: string,
  options: LossOptions | undefined,
): string {
  const classes = Number(builder.type(logits).shape.at(-1));
  const rows = builder.emit('Reshape-19', [logits, builder.indices([-1, classes])]);
  const flat = builder.emit('Reshape-19', [labels, builder.indices([-1])]);
  return crossEntropy(builder, rows, flat, forClasses(options));
}

function unfit(kind: string, task: string): NnError {
  return new NnError('GRAPH_INVALID', `${task} cannot be trained by the loss ${kind}`);
}
