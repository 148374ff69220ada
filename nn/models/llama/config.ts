import type { Tensor } from '../../tensor.js';
import {
  type ConfigFields,
  count,
  flag,
  fraction,
  oneOf,
  positive,
  requireMultiple,
  unsupported,
} from '../configFields.js';
import { outputIsTied } from '../tiedOutput.js';
import type { LlamaConfig, RopeConfig } from '../types.js';

export function readLlamaConfig(fields: ConfigFields, weights: ReadonlyMap<string, Tensor>): LlamaConfig {
  oneOf(fields, 'model_type', ['llama']);
  oneOf(fields, 'hidden_act', ['silu', undefined]);
  const hiddenSize = count(fields, 'hidden_size');
  const heads = count(fields, 'num_attention_heads');
  const keyValueHeads = count(fields, 'num_key_value_heads', heads);
  requireMultiple('num_attention_heads', heads, 'num_key_value_heads', keyValueHeads);
  if (fields['head_dim'] === undefined || fields['head_dim'] === null)
    requireMultiple('hidden_size', hiddenSize, 'num_attention_heads', heads);
  const headWidth = count(fields, 'head_dim', Math.max(1, Math.floor(hiddenSize / heads)));
  requireMultiple('head_dim', headWidth, 'the two halves that rotate', 2);
  const maxPositions = count(fields, 'max_position_embeddings', 2048);
  return {
    modelType: 'llama',
    hiddenSize,
    layers: count(fields, 'num_hidden_layers'),
    heads,
    keyValueHeads,
    headWidth,
    intermediateSize: count(fields, 'intermediate_size'),
    vocabularySize: count(fields, 'vocab_size'),
    maxPositions,
    normEpsilon: fraction(fields, 'rms_norm_eps', 1e-6),
    tied: outputIsTied(fields, false, weights, ['model.embed_tokens.weight', 'embed_tokens.weight']),
    attentionBias: flag(fields, 'attention_bias', false),
    mlpBias: flag(fields, 'mlp_bias', false),
    rope: readRope(fields, maxPositions),
  };
}

/** `rope_parameters` of newer configs, or `rope_scaling` beside `rope_theta` of older ones. */
function readRope(fields: ConfigFields, maxPositions: number): RopeConfig {
  const name = fields['rope_parameters'] ? 'rope_parameters' : 'rope_scaling';
  const given = fields[name] ?? {};
  if (typeof given !== 'object' || Array.isArray(given)) throw unsupported(name, given, 'an object');
  const rope: ConfigFields = {
    rope_theta: fields['rope_theta'],
    original_max_position_embeddings: maxPositions,
    ...given,
  };
  const type = oneOf({ [`${name}.rope_type`]: rope['rope_type'] ?? rope['type'] }, `${name}.rope_type`, [
    'default',
    'linear',
    'llama3',
    undefined,
  ]);
  oneOf(rope, 'partial_rotary_factor', [1, undefined]);
  const theta = positive(rope, 'rope_theta', 10_000);
  switch (type) {
    case 'linear':
      return { type, theta, factor: positive(rope, 'factor') };
    case 'llama3':
      return {
        type,
        theta,
        factor: positive(rope, 'factor'),
        lowFrequencyFactor: positive(rope, 'low_freq_factor'),
        highFrequencyFactor: positive(rope, 'high_freq_factor'),
        originalMaxPositions: count(rope, 'original_max_position_embeddings'),
      };
    default:
      return { type: 'default', theta };
  }
}
