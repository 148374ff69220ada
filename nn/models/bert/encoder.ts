import { int } from '../../graph/attributes.js';
import type { GraphBuilder } from '../../ops/builder.js';
import {
  type AttentionForm,
  attention,
  BY_HEAD,
  headsShape,
  keyOrder,
  splitHeads,
} from '../layers/attention.js';
import { linear } from '../layers/linear.js';
import { floatMask, paddingBias } from '../layers/masks.js';
import { layerNorm } from '../layers/norms.js';
import { type BatchShape, firstTokens, int64Scalar } from '../layers/tokens.js';
import type { BertConfig, RobertaConfig } from '../types.js';

export interface EncoderOutput {
  /** Last hidden states, [batch*sequence, hidden], or [batch, hidden] where only the first token was asked for. */
  readonly hidden: string;
  /** attention_mask as float32 [batch, sequence]. */
  readonly mask: string;
}

export interface EncoderOptions {
  /** First part of the parameters' names, without the dot. */
  readonly prefix: string;
  /** Emits the row of the position table of each token: int64 [sequence] or [batch, sequence]. */
  readonly positions: (builder: GraphBuilder, shape: BatchShape) => string;
  readonly attention: AttentionForm;
  /**
   * `first` computes in the last layer only what the first token's state depends on: the same values, one
   * seventh less work for six layers. `all` for every token's state.
   */
  readonly lastLayer: 'first' | 'all';
}

/** BERT's encoder (Devlin et al., 2018) over `input_ids` and `attention_mask`. Token types are all 0. */
export function encode(
  builder: GraphBuilder,
  config: BertConfig | RobertaConfig,
  shape: BatchShape,
  options: EncoderOptions,
): EncoderOutput {
  const mask = floatMask(builder);
  const bias = paddingBias(builder, mask);
  let hidden = embed(builder, config, shape, options);
  for (let layer = 0; layer < config.layers; layer += 1) {
    const at = `${options.prefix}.encoder.layer.${layer}`;
    const firstOnly = options.lastLayer === 'first' && layer === config.layers - 1;
    const queries = firstOnly ? firstTokens(builder, hidden, shape) : hidden;
    const operands = { queries, keys: hidden, firstOnly, bias, shape };
    const context = attend(builder, config, at, operands, options.attention);
    const attended = linear(builder, context, `${at}.attention.output.dense`);
    const sum = builder.emit('Add-14', [attended, queries]);
    const middle = layerNorm(builder, sum, `${at}.attention.output.LayerNorm`, config.normEpsilon);
    const wide = builder.emit('Gelu-20', [linear(builder, middle, `${at}.intermediate.dense`)]);
    const narrow = linear(builder, wide, `${at}.output.dense`);
    const total = builder.emit('Add-14', [narrow, middle]);
    hidden = layerNorm(builder, total, `${at}.output.LayerNorm`, config.normEpsilon);
  }
  return { hidden, mask };
}

function embed(
  builder: GraphBuilder,
  config: BertConfig | RobertaConfig,
  shape: BatchShape,
  options: EncoderOptions,
): string {
  const table = `${options.prefix}.embeddings`;
  const zero = int64Scalar(builder, 0);
  const positions = options.positions(builder, shape);
  const words = builder.emit('Gather-13', [`${table}.word_embeddings.weight`, 'input_ids']);
  const type = builder.emit('Gather-13', [`${table}.token_type_embeddings.weight`, zero]);
  const places = builder.emit('Gather-13', [`${table}.position_embeddings.weight`, positions]);
  const sum = builder.emit('Add-14', [builder.emit('Add-14', [words, type]), places]);
  const rows = builder.emit('Reshape-19', [sum, builder.indices([-1, config.hiddenSize])]);
  return layerNorm(builder, rows, `${table}.LayerNorm`, config.normEpsilon);
}

interface SelfAttentionOperands {
  /** [rows, hidden]: batch*sequence rows, or batch where `firstOnly`. */
  readonly queries: string;
  /** [batch*sequence, hidden]. */
  readonly keys: string;
  readonly firstOnly: boolean;
  /** Added to the scores, [batch, 1, 1, sequence]. */
  readonly bias: string;
  readonly shape: BatchShape;
}

/** Self-attention of layer `at` before its output projection: [rows of queries, hidden]. */
function attend(
  builder: GraphBuilder,
  config: BertConfig | RobertaConfig,
  at: string,
  { queries, keys, firstOnly, bias, shape }: SelfAttentionOperands,
  form: AttentionForm,
): string {
  const { heads } = config;
  const width = config.hiddenSize / heads;
  const everyToken = headsShape(builder, shape, { heads, width });
  const oneToken = builder.emit('Concat-13', [shape.batch, builder.indices([1, heads, width])], {
    axis: int(0),
  });
  const split = (rows: string, part: string, target: string, order: readonly number[]) =>
    splitHeads(builder, linear(builder, rows, `${at}.attention.self.${part}`), target, order);
  return attention(
    builder,
    {
      queries: split(queries, 'query', firstOnly ? oneToken : everyToken, BY_HEAD),
      values: split(keys, 'value', everyToken, BY_HEAD),
      keys: split(keys, 'key', everyToken, keyOrder(form)),
      scale: 1 / Math.sqrt(width),
      bias,
    },
    { heads, width },
    form,
  );
}
