import { int, ints } from '../../graph/attributes.js';
import type { GraphBuilder } from '../../ops/builder.js';
import {
  type AttentionForm,
  BY_HEAD,
  headsShape,
  keyOrder,
  mergeHeads,
  scaledScores,
  splitHeads,
} from '../layers/attention.js';
import type { Context } from '../layers/keyValueCache.js';
import { linear, project } from '../layers/linear.js';
import { rmsNorm } from '../layers/norms.js';
import { type RotaryAngles, rotaryAngles, rotate } from '../layers/rotary.js';
import type { LlamaConfig } from '../types.js';

/**
 * LLaMA's decoder over `input_ids`: norms come before each part, and once after the last. Returns the last states,
 * [batch*sequence, hidden].
 */
export function decode(
  builder: GraphBuilder,
  config: LlamaConfig,
  form: AttentionForm,
  context: Context,
): string {
  const bias = context.bias();
  const angles = rotaryAngles(builder, context.positions, config.headWidth, config.rope);
  const words = builder.emit('Gather-13', ['model.embed_tokens.weight', 'input_ids']);
  let hidden = builder.emit('Reshape-19', [words, builder.indices([-1, config.hiddenSize])]);
  for (let layer = 0; layer < config.layers; layer += 1) {
    const at = `model.layers.${layer}`;
    const norm = (x: string, name: string) => rmsNorm(builder, x, `${at}.${name}.weight`, config.normEpsilon);
    const rows = norm(hidden, 'input_layernorm');
    const attended = attend(builder, config, `${at}.self_attn`, { rows, bias, angles, context, layer }, form);
    const middle = builder.emit('Add-14', [hidden, attended]);
    const changed = feedForward(builder, config, `${at}.mlp`, norm(middle, 'post_attention_layernorm'));
    hidden = builder.emit('Add-14', [middle, changed]);
  }
  return rmsNorm(builder, hidden, 'model.norm.weight', config.normEpsilon);
}

/** SwiGLU (Shazeer, 2020). */
function feedForward(builder: GraphBuilder, config: LlamaConfig, at: string, x: string): string {
  const layer = projection(builder, config.mlpBias);
  const gate = layer(x, `${at}.gate_proj`);
  const silu = builder.emit('Mul-14', [gate, builder.emit('Sigmoid-13', [gate])]);
  return layer(builder.emit('Mul-14', [silu, layer(x, `${at}.up_proj`)]), `${at}.down_proj`);
}

interface SelfAttentionOperands {
  /** [batch*sequence, hidden]. */
  readonly rows: string;
  /** [batch, 1, sequence, keys]. */
  readonly bias: string;
  readonly angles: RotaryAngles;
  readonly context: Context;
  readonly layer: number;
}

/**
 * Grouped-query attention (Ainslie et al., 2023). The query heads of a group are laid below each other as more queries
 * of their one key head, so that keys and values are never copied.
 */
function attend(
  builder: GraphBuilder,
  config: LlamaConfig,
  at: string,
  { rows, bias, angles, context, layer }: SelfAttentionOperands,
  form: AttentionForm,
): string {
  const { heads, keyValueHeads, headWidth: width } = config;
  const { shape, keyCount } = context;
  const layerOf = projection(builder, config.attentionBias);
  const keyShape = headsShape(builder, shape, { heads: keyValueHeads, width });
  const turned = (part: string, target: string) =>
    rotate(builder, builder.emit('Reshape-19', [layerOf(rows, `${at}.${part}`), target]), angles);
  const reorder = (value: string, order: readonly number[]) =>
    builder.emit('Transpose-13', [value], { perm: ints(order) });
  const byHead = reorder(turned('q_proj', headsShape(builder, shape, { heads, width })), BY_HEAD);
  const { keys, values } = context.join(layer, {
    keys: reorder(turned('k_proj', keyShape), keyOrder(form)),
    values: splitHeads(builder, layerOf(rows, `${at}.v_proj`), keyShape, BY_HEAD),
  });
  const grouped = heads !== keyValueHeads;
  const resize = (value: string, ...lengths: (string | readonly number[])[]) => {
    if (!grouped) return value;
    const parts = lengths.map((part) => (typeof part === 'string' ? part : builder.indices(part)));
    return builder.emit('Reshape-19', [value, builder.emit('Concat-13', parts, { axis: int(0) })]);
  };
  const { batch, sequence } = shape;
  const queries = resize(byHead, batch, [keyValueHeads, -1, width]);
  const scores = scaledScores(builder, queries, keys, 1 / Math.sqrt(width), form);
  const masked = builder.emit('Add-14', [resize(scores, batch, [heads], sequence, keyCount), bias]);
  const weights = builder.emit('Softmax-13', [masked], { axis: int(-1) });
  const chosen = builder.emit('MatMul-13', [resize(weights, batch, [keyValueHeads, -1], keyCount), values]);
  const merged = mergeHeads(builder, resize(chosen, batch, [heads, -1, width]), heads * width);
  return layerOf(merged, `${at}.o_proj`);
}

/** A linear layer with or without biases. */
function projection(builder: GraphBuilder, biased: boolean) {
  return (x: string, name: string): string =>
    biased ? linear(builder, x, name) : project(builder, x, `${name}.weight`);
}
