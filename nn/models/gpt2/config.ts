import type { Tensor } from '../../tensor.js';
import { type ConfigFields, count, flag, fraction, oneOf, requireMultiple } from '../configFields.js';
import { outputIsTied } from '../tiedOutput.js';
import type { Gpt2Config } from '../types.js';

export function readGpt2Config(fields: ConfigFields, weights: ReadonlyMap<string, Tensor>): Gpt2Config {
  oneOf(fields, 'model_type', ['gpt2']);
  oneOf(fields, 'activation_function', ['gelu_new', 'gelu_pytorch_tanh', undefined]);
  oneOf(fields, 'add_cross_attention', [false, undefined]);
  const hiddenSize = count(fields, 'n_embd');
  const heads = count(fields, 'n_head');
  requireMultiple('n_embd', hiddenSize, 'n_head', heads);
  return {
    modelType: 'gpt2',
    hiddenSize,
    layers: count(fields, 'n_layer'),
    heads,
    intermediateSize: count(fields, 'n_inner', 4 * hiddenSize),
    vocabularySize: count(fields, 'vocab_size'),
    maxPositions: count(fields, 'n_positions'),
    normEpsilon: fraction(fields, 'layer_norm_epsilon', 1e-5),
    tied: outputIsTied(fields, true, weights, ['transformer.wte.weight', 'wte.weight']),
    scaleScores: flag(fields, 'scale_attn_weights', true),
    scaleByLayer: flag(fields, 'scale_attn_by_inverse_layer_idx', false),
  };
}
