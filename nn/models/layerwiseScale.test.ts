import { describe, expect, it } from '@jest/globals';
import { layerwiseScale } from './layerwiseScale.js';
import type { ModelConfig, ModelType } from './types.js';

/** Names of `transformers`' state dicts and their exponents in a model of 12 layers. */
const ROWS: readonly (readonly [ModelType, string, number])[] = [
  ['bert', 'bert.embeddings.word_embeddings.weight', 13],
  ['bert', 'bert.embeddings.LayerNorm.bias', 13],
  ['bert', 'bert.encoder.layer.0.attention.self.query.weight', 12],
  ['bert', 'bert.encoder.layer.11.output.dense.bias', 1],
  ['bert', 'bert.pooler.dense.weight', 0],
  ['bert', 'classifier.weight', 0],
  ['roberta', 'roberta.embeddings.position_embeddings.weight', 13],
  ['roberta', 'roberta.encoder.layer.5.intermediate.dense.weight', 7],
  ['roberta', 'classifier.out_proj.weight', 0],
  ['gpt2', 'transformer.wte.weight', 13],
  ['gpt2', 'transformer.wpe.weight', 13],
  ['gpt2', 'transformer.h.10.attn.c_attn.weight', 2],
  ['gpt2', 'transformer.ln_f.weight', 0],
  ['llama', 'model.embed_tokens.weight', 13],
  ['llama', 'model.layers.2.mlp.gate_proj.weight', 10],
  ['llama', 'model.layers.11.self_attn.q_proj.lora_A.weight', 1],
  ['llama', 'model.norm.weight', 0],
  ['llama', 'lm_head.weight', 0],
  ['t5', 'shared.weight', 13],
  ['t5', 'encoder.block.0.layer.0.SelfAttention.relative_attention_bias.weight', 12],
  ['t5', 'encoder.block.3.layer.1.DenseReluDense.wo.weight', 9],
  ['t5', 'decoder.block.11.layer.2.layer_norm.weight', 1],
  ['t5', 'encoder.final_layer_norm.weight', 0],
];

describe('layerwiseScale', () => {
  it.each(ROWS)('of %s: %s lies %i steps below the head', (modelType, name, exponent) => {
    // Nothing but the numbers of layers counts.
    const config = { modelType, layers: 12, decoderLayers: 12 } as ModelConfig;
    expect(layerwiseScale({ modelType, config }, name, 0.5)).toBe(0.5 ** exponent);
    expect(layerwiseScale({ modelType, config }, name, 1)).toBe(1);
  });

  it('counts from the taller stack of two', () => {
    const config = { modelType: 't5', layers: 2, decoderLayers: 4 } as ModelConfig;
    const of = (name: string) => layerwiseScale({ modelType: 't5', config }, name, 0.5);
    expect(of('decoder.block.3.layer.2.layer_norm.weight')).toBe(0.5);
    expect(of('encoder.block.1.layer.0.SelfAttention.q.weight')).toBe(0.125);
  });
});
