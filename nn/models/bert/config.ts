import { type ConfigFields, count, fraction, oneOf, requireMultiple } from '../configFields.js';
import type { BertConfig } from '../types.js';

/** What BERT and its descendants say in the same words. Throws BASE_MODEL_UNSUPPORTED. */
export function readEncoderConfig(fields: ConfigFields): Omit<BertConfig, 'modelType'> {
  oneOf(fields, 'hidden_act', ['gelu']);
  oneOf(fields, 'position_embedding_type', ['absolute', undefined]);
  oneOf(fields, 'is_decoder', [false, undefined]);
  oneOf(fields, 'add_cross_attention', [false, undefined]);
  const config = {
    hiddenSize: count(fields, 'hidden_size'),
    layers: count(fields, 'num_hidden_layers'),
    heads: count(fields, 'num_attention_heads'),
    intermediateSize: count(fields, 'intermediate_size'),
    vocabularySize: count(fields, 'vocab_size'),
    maxPositions: count(fields, 'max_position_embeddings'),
    typeVocabularySize: count(fields, 'type_vocab_size'),
    normEpsilon: fraction(fields, 'layer_norm_eps', 1e-12),
  };
  requireMultiple('hidden_size', config.hiddenSize, 'num_attention_heads', config.heads);
  return config;
}

export function readBertConfig(fields: ConfigFields): BertConfig {
  oneOf(fields, 'model_type', ['bert']);
  return { modelType: 'bert', ...readEncoderConfig(fields) };
}
