import type { GraphBuilder } from '../../ops/builder.js';
import {
  type AttentionForm,
  attention,
  BY_HEAD,
  headsShape,
  keyOrder,
  splitHeads,
} from '../layers/attention.js';
import type { AttentionScope, Layout } from '../layers/layout.js';
import { linear } from '../layers/linear.js';
import { layerNorm } from '../layers/norms.js';
import { int64Scalar } from '../layers/tokens.js';
import type { BertConfig, RobertaConfig } from '../types.js';

export interface EncoderOptions {
  /** First part of the parameters' names, without the dot. */
  readonly prefix: string;
  /** Emits the row of the position table of each token: int64 [sequence] or [batch, sequence]. */
  readonly positions: (builder: GraphBuilder, layout: Layout) => string;
  readonly attention: AttentionForm;
  /**
   * `first` computes in the last layer only what the first token's state depends on: the same values, one
   * seventh less work for six layers. `all` for every token's state.
   */
  readonly lastLayer: 'first' | 'all';
}

/**
 * BERT's encoder (Devlin et al., 2018) over `input_ids`. Token types are all 0. Returns the last hidden states,
 * [batch*sequence, hidden], or [texts, hidden] where only the first tokens were asked for.
 */
export function encode(
  builder: GraphBuilder,
  config: BertConfig | RobertaConfig,
  layout: Layout,
  options: EncoderOptions,
): string {
  const bias = layout.bias();
  let hidden = embed(builder, config, layout, options);
  for (let layer = 0; layer < config.layers; layer += 1) {
    const at = `${options.prefix}.encoder.layer.${layer}`;
    const firstOnly = options.lastLayer === 'first' && layer === config.layers - 1;
    const queries = firstOnly ? layout.firstTokens(hidden) : hidden;
    const operands = { queries, keys: hidden, ...scopeOf(builder, config, layout, { firstOnly, bias }) };
    const context = attend(builder, config, at, operands, options.attention);
    const attended = linear(builder, context, `${at}.attention.output.dense`);
    const sum = builder.emit('Add-14', [attended, queries]);
    const middle = layerNorm(builder, sum, `${at}.attention.output.LayerNorm`, config.normEpsilon);
    const wide = builder.emit('Gelu-20', [linear(builder, middle, `${at}.intermediate.dense`)]);
    const narrow = linear(builder, wide, `${at}.output.dense`);
    const total = builder.emit('Add-14', [narrow, middle]);
    hidden = layerNorm(builder, total, `${at}.output.LayerNorm`, config.normEpsilon);
  }
  return hidden;
}

function embed(
  builder: GraphBuilder,
  config: BertConfig | RobertaConfig,
  layout: Layout,
  options: EncoderOptions,
): string {
  const table = `${options.prefix}.embeddings`;
  const zero = int64Scalar(builder, 0);
  const positions = options.positions(builder, layout);
  const words = builder.emit('Gather-13', [`${table}.word_embeddings.weight`, 'input_ids']);
  const type = builder.emit('Gather-13', [`${table}.token_type_embeddings.weight`, zero]);
  const places = builder.emit('Gather-13', [`${table}.position_embeddings.weight`, positions]);
  const sum = builder.emit('Add-14', [builder.emit('Add-14', [words, type]), places]);
  const rows = builder.emit('Reshape-19', [sum, builder.indices([-1, config.hiddenSize])]);
  return layerNorm(builder, rows, `${table}.LayerNorm`, config.normEpsilon);
}

function scopeOf(
  builder: GraphBuilder,
  { heads, hiddenSize }: BertConfig | RobertaConfig,
  layout: Layout,
  { firstOnly, bias }: { readonly firstOnly: boolean; readonly bias: string },
): AttentionScope {
  const headShape = { heads, width: hiddenSize / heads };
  if (firstOnly) return layout.firstTokenScope(headShape);
  const everyToken = headsShape(builder, layout.shape, headShape);
  return { queryShape: everyToken, keyShape: everyToken, bias };
}

interface SelfAttentionOperands extends AttentionScope {
  /** [rows, hidden]: of every token, or of the first of each text. */
  readonly queries: string;
  /** [batch*sequence, hidden]. */
  readonly keys: string;
}

/** Self-attention of layer `at` before its output projection: [rows of queries, hidden]. */
function attend(
  builder: GraphBuilder,
  config: BertConfig | RobertaConfig,
  at: string,
  { queries, keys, queryShape, keyShape, bias }: SelfAttentionOperands,
  form: AttentionForm,
): string {
  const { heads } = config;
  const width = config.hiddenSize / heads;
  const split = (rows: string, part: string, target: string, order: readonly number[]) =>
    splitHeads(builder, linear(builder, rows, `${at}.attention.self.${part}`), target, order);
  return attention(
    builder,
    {
      queries: split(queries, 'query', queryShape, BY_HEAD),
      values: split(keys, 'value', keyShape, BY_HEAD),
      keys: split(keys, 'key', keyShape, keyOrder(form)),
      scale: 1 / Math.sqrt(width),
      bias,
    },
    { heads, width },
    form,
  );
}
