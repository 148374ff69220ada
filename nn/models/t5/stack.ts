import { text } from '../../graph/attributes.js';
import type { GraphBuilder } from '../../ops/builder.js';
import {
  type AttentionForm,
  attention,
  BY_HEAD,
  headsShape,
  keyOrder,
  splitHeads,
} from '../layers/attention.js';
import type { Context, KeysAndValues } from '../layers/keyValueCache.js';
import { project } from '../layers/linear.js';
import { rmsNorm } from '../layers/norms.js';
import type { BatchShape } from '../layers/tokens.js';
import type { T5Config } from '../types.js';

/** One of T5's two stacks of blocks. */
export interface StackOptions {
  /** `encoder` or `decoder`. */
  readonly name: string;
  readonly layers: number;
  /** Token embeddings, [rows, hidden]. */
  readonly hidden: string;
  readonly context: Context;
  /** Added to the scores of self-attention. */
  readonly bias: string;
  /** What a decoder's second attention reads. */
  readonly memory?: Memory;
}

interface Memory {
  readonly of: (layer: number) => KeysAndValues;
  /** [batch, 1, 1, sequence]. */
  readonly bias: string;
}

/** The states after a stack's last norm, [rows, hidden]. */
export function stack(
  builder: GraphBuilder,
  config: T5Config,
  { name, layers, hidden: embedded, context, bias, memory }: StackOptions,
  form: AttentionForm,
): string {
  const norm = (x: string, at: string) => rmsNorm(builder, x, `${at}.weight`, config.normEpsilon);
  let hidden = embedded;
  for (let layer = 0; layer < layers; layer += 1) {
    const block = `${name}.block.${layer}.layer`;
    const add = (part: string) => {
      hidden = builder.emit('Add-14', [hidden, part]);
    };
    const rows = norm(hidden, `${block}.0.layer_norm`);
    const at = `${block}.0.SelfAttention`;
    const own = keysAndValues(builder, config, at, { hidden: rows, shape: context.shape }, form);
    const self = { rows, shape: context.shape, bias, ...context.join(layer, own) };
    add(attend(builder, config, at, self, form));
    if (memory) {
      const queries = { rows: norm(hidden, `${block}.1.layer_norm`), shape: context.shape };
      const cross = { ...queries, bias: memory.bias, ...memory.of(layer) };
      add(attend(builder, config, `${block}.1.EncDecAttention`, cross, form));
    }
    const last = `${block}.${memory ? 2 : 1}`;
    add(feedForward(builder, config, `${last}.DenseReluDense`, norm(hidden, `${last}.layer_norm`)));
  }
  return norm(hidden, `${name}.final_layer_norm`);
}

/** Rows [batch*sequence, hidden]. */
export interface States {
  readonly hidden: string;
  readonly shape: BatchShape;
}

/** What an attention at `at` lets its queries see of `hidden`. */
export function keysAndValues(
  builder: GraphBuilder,
  { heads, headWidth: width }: T5Config,
  at: string,
  { hidden, shape }: States,
  form: AttentionForm,
): KeysAndValues {
  const target = headsShape(builder, shape, { heads, width });
  const split = (part: string, order: readonly number[]) =>
    splitHeads(builder, project(builder, hidden, `${at}.${part}.weight`), target, order);
  return { keys: split('k', keyOrder(form)), values: split('v', BY_HEAD) };
}

interface AttentionInput extends KeysAndValues {
  /** Of the queries, [batch*sequence, hidden]. */
  readonly rows: string;
  readonly shape: BatchShape;
  readonly bias: string;
}

/** T5 does not scale its scores: the initial weights do. */
function attend(
  builder: GraphBuilder,
  config: T5Config,
  at: string,
  { rows, shape, bias, keys, values }: AttentionInput,
  form: AttentionForm,
): string {
  const headShape = { heads: config.heads, width: config.headWidth };
  const projected = project(builder, rows, `${at}.q.weight`);
  const queries = splitHeads(builder, projected, headsShape(builder, shape, headShape), BY_HEAD);
  const operands = { queries, keys, values, scale: 1, bias };
  return project(builder, attention(builder, operands, headShape, form), `${at}.o.weight`);
}

function feedForward(builder: GraphBuilder, { feedForward: kind }: T5Config, at: string, x: string): string {
  const into = (name: string) => project(builder, x, `${at}.${name}.weight`);
  const middle =
    kind === 'relu'
      ? builder.emit('Relu-14', [into('wi')])
      : builder.emit('Mul-14', [
          builder.emit('Gelu-20', [into('wi_0')], { approximate: text('tanh') }),
          into('wi_1'),
        ]);
  return project(builder, middle, `${at}.wo.weight`);
}
