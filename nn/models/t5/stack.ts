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
  readonly shape: BatchShape;
  /** Added to the scores of self-attention. */
  readonly bias: string;
  /** What a decoder's second attention reads. */
  readonly memory?: Memory;
}

interface Memory {
  /** [batch*sequence, hidden]. */
  readonly hidden: string;
  readonly shape: BatchShape;
  /** [batch, 1, 1, sequence]. */
  readonly bias: string;
}

/** The states after a stack's last norm, [rows, hidden]. */
export function stack(
  builder: GraphBuilder,
  config: T5Config,
  { name, layers, hidden: embedded, shape, bias, memory }: StackOptions,
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
    const self = { queries: rows, queryShape: shape, memory: { hidden: rows, shape, bias } };
    add(attend(builder, config, `${block}.0.SelfAttention`, self, form));
    if (memory) {
      const cross = { queries: norm(hidden, `${block}.1.layer_norm`), queryShape: shape, memory };
      add(attend(builder, config, `${block}.1.EncDecAttention`, cross, form));
    }
    const last = `${block}.${memory ? 2 : 1}`;
    add(feedForward(builder, config, `${last}.DenseReluDense`, norm(hidden, `${last}.layer_norm`)));
  }
  return norm(hidden, `${name}.final_layer_norm`);
}

interface AttentionInput {
  readonly queries: string;
  readonly queryShape: BatchShape;
  readonly memory: Memory;
}

/** T5 does not scale its scores: the initial weights do. */
function attend(
  builder: GraphBuilder,
  config: T5Config,
  at: string,
  { queries, queryShape, memory }: AttentionInput,
  form: AttentionForm,
): string {
  const headShape = { heads: config.heads, width: config.headWidth };
  const split = (rows: string, part: string, shape: BatchShape, order: readonly number[]) => {
    const projected = project(builder, rows, `${at}.${part}.weight`);
    return splitHeads(builder, projected, headsShape(builder, shape, headShape), order);
  };
  const operands = {
    queries: split(queries, 'q', queryShape, BY_HEAD),
    keys: split(memory.hidden, 'k', memory.shape, keyOrder(form)),
    values: split(memory.hidden, 'v', memory.shape, BY_HEAD),
    scale: 1,
    bias: memory.bias,
  };
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
