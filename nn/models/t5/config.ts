import type { Tensor } from '../../tensor.js';
import { type ConfigFields, count, flag, fraction, oneOf, unsupported, whole } from '../configFields.js';
import { outputIsTied } from '../tiedOutput.js';
import type { T5Config } from '../types.js';

export function readT5Config(fields: ConfigFields, weights: ReadonlyMap<string, Tensor>): T5Config {
  oneOf(fields, 'model_type', ['t5']);
  oneOf(fields, 'is_encoder_decoder', [true, undefined]);
  const layers = count(fields, 'num_layers');
  const vocabularySize = count(fields, 'vocab_size');
  const buckets = count(fields, 'relative_attention_num_buckets', 32);
  const maxDistance = count(fields, 'relative_attention_max_distance', 128);
  // A quarter of the buckets counts single tokens, and the logarithm of the rest must grow.
  if (buckets < 4 || buckets % 4 !== 0) {
    throw unsupported('relative_attention_num_buckets', buckets, 'a multiple of 4');
  }
  if (maxDistance <= buckets / 2) {
    throw unsupported('relative_attention_max_distance', maxDistance, `more than ${buckets / 2}`);
  }
  const padId = whole(fields, 'pad_token_id', 0, vocabularySize - 1, 0);
  return {
    modelType: 't5',
    hiddenSize: count(fields, 'd_model'),
    layers,
    decoderLayers: count(fields, 'num_decoder_layers', layers),
    heads: count(fields, 'num_heads'),
    headWidth: count(fields, 'd_kv'),
    intermediateSize: count(fields, 'd_ff'),
    vocabularySize,
    // Relative positions have no end.
    maxPositions: Number.MAX_SAFE_INTEGER,
    normEpsilon: fraction(fields, 'layer_norm_epsilon', 1e-6),
    buckets,
    maxDistance,
    feedForward: oneOf(fields, 'feed_forward_proj', ['relu', 'gated-gelu', undefined]) ?? 'relu',
    tied: outputIsTied({}, true, weights, ['shared.weight']),
    // Configs from before `scale_decoder_outputs` say it by not being tied; such checkpoints hold their output.
    scaleOutput: flag(fields, 'scale_decoder_outputs', flag(fields, 'tie_word_embeddings', true)),
    padId,
    decoderStartId: whole(fields, 'decoder_start_token_id', 0, vocabularySize - 1, padId),
  };
}
