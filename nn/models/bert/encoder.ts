import { int } from '../../graph/attributes.js';
import type { GraphBuilder } from '../../ops/builder.js';
import { int64Tensor } from '../../tensor.js';
import type { BertConfig } from '../types.js';
import { type AttentionForm, attend } from './attention.js';
import type { BatchShape } from './inputs.js';
import { linear, norm } from './layers.js';

export interface EncoderOutput {
  /** Last hidden states, [batch*sequence, hidden], or [batch, hidden] where only the first token was asked for. */
  readonly hidden: string;
  /** attention_mask as float32 [batch, sequence]. */
  readonly mask: string;
}

export interface EncoderOptions {
  readonly attention: AttentionForm;
  /**
   * `first` computes in the last layer only what the first token's state depends on: the same values, one
   * seventh less work for six layers. `all` for every token's state.
   */
  readonly lastLayer: 'first' | 'all';
}

/**
 * BERT's encoder (Devlin et al., 2018) over inputs `input_ids` and `attention_mask`, int64 [batch, sequence].
 * Every weight must already be a value of `builder` under its Hugging Face name. Token types are all 0.
 */
export function encode(
  builder: GraphBuilder,
  config: BertConfig,
  shape: BatchShape,
  options: EncoderOptions,
): EncoderOutput {
  const mask = builder.emit('Cast-19', ['attention_mask'], { to: int(1) });
  const bias = additiveMask(builder, mask);
  let hidden = embed(builder, config, shape);
  for (let layer = 0; layer < config.layers; layer += 1) {
    const at = `bert.encoder.layer.${layer}`;
    const firstOnly = options.lastLayer === 'first' && layer === config.layers - 1;
    const queries = firstOnly ? firstTokens(builder, hidden, shape) : hidden;
    const context = attend(
      builder,
      config,
      at,
      { queries, keys: hidden, firstOnly, bias, shape },
      options.attention,
    );
    const attended = linear(builder, context, `${at}.attention.output.dense`);
    const middle = norm(
      builder,
      config,
      builder.emit('Add-14', [attended, queries]),
      `${at}.attention.output.LayerNorm`,
    );
    const wide = builder.emit('Gelu-20', [linear(builder, middle, `${at}.intermediate.dense`)]);
    const narrow = linear(builder, wide, `${at}.output.dense`);
    hidden = norm(builder, config, builder.emit('Add-14', [narrow, middle]), `${at}.output.LayerNorm`);
  }
  return { hidden, mask };
}

/** The rows of the first token of each sequence, [batch, hidden], from [batch*sequence, hidden]. */
export function firstTokens(builder: GraphBuilder, hidden: string, shape: BatchShape): string {
  const zero = builder.constant(int64Tensor([], BigInt64Array.of(0n)));
  const one = builder.constant(int64Tensor([], BigInt64Array.of(1n)));
  const batch = builder.emit('Gather-13', [shape.batch, zero]);
  const starts = builder.emit('Mul-14', [builder.emit('Range-11', [zero, batch, one]), shape.sequence]);
  return builder.emit('Gather-13', [hidden, starts]);
}

function embed(builder: GraphBuilder, config: BertConfig, shape: BatchShape): string {
  const table = 'bert.embeddings';
  const zero = builder.constant(int64Tensor([], BigInt64Array.of(0n)));
  const one = builder.constant(int64Tensor([], BigInt64Array.of(1n)));
  const positions = builder.emit('Range-11', [zero, builder.emit('Gather-13', [shape.sequence, zero]), one]);
  const words = builder.emit('Gather-13', [`${table}.word_embeddings.weight`, 'input_ids']);
  const type = builder.emit('Gather-13', [`${table}.token_type_embeddings.weight`, zero]);
  const places = builder.emit('Gather-13', [`${table}.position_embeddings.weight`, positions]);
  const sum = builder.emit('Add-14', [builder.emit('Add-14', [words, type]), places]);
  const rows = builder.emit('Reshape-19', [sum, builder.indices([-1, config.hiddenSize])]);
  return norm(builder, config, rows, `${table}.LayerNorm`);
}

/** The most negative float32, as `transformers` uses for a masked score. */
const MASKED = -3.4028234663852886e38;

/** 0 for a real token, MASKED for padding, [batch, 1, 1, sequence]. */
function additiveMask(builder: GraphBuilder, mask: string): string {
  const padding = builder.emit('Sub-14', [builder.scalar(1), mask]);
  const bias = builder.emit('Mul-14', [padding, builder.scalar(MASKED)]);
  return builder.emit('Unsqueeze-13', [bias, builder.indices([1, 2])]);
}
