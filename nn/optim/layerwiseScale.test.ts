import { describe, expect, it } from '@jest/globals';
import { layerwiseScale } from './layerwiseScale.js';

/** Names of `transformers`' state dicts and their exponents in a model of 12 layers. */
const ROWS: readonly (readonly [string, number])[] = [
  ['bert.embeddings.word_embeddings.weight', 13],
  ['bert.embeddings.LayerNorm.bias', 13],
  ['bert.encoder.layer.0.attention.self.query.weight', 12],
  ['bert.encoder.layer.11.output.dense.bias', 1],
  ['bert.pooler.dense.weight', 0],
  ['classifier.weight', 0],
  ['roberta.embeddings.position_embeddings.weight', 13],
  ['roberta.encoder.layer.5.intermediate.dense.weight', 7],
  ['classifier.out_proj.weight', 0],
  ['transformer.wte.weight', 13],
  ['transformer.wpe.weight', 13],
  ['transformer.h.10.attn.c_attn.weight', 2],
  ['transformer.ln_f.weight', 0],
  ['model.embed_tokens.weight', 13],
  ['model.layers.2.mlp.gate_proj.weight', 10],
  ['model.layers.11.self_attn.q_proj.lora_A.weight', 1],
  ['model.norm.weight', 0],
  ['lm_head.weight', 0],
  ['shared.weight', 13],
  ['encoder.block.0.layer.0.SelfAttention.relative_attention_bias.weight', 12],
  ['encoder.block.3.layer.1.DenseReluDense.wo.weight', 9],
  ['decoder.block.11.layer.2.layer_norm.weight', 1],
  ['encoder.final_layer_norm.weight', 0],
];

describe('layerwiseScale', () => {
  it.each(ROWS)('%s lies %i steps below the head', (name, exponent) => {
    expect(layerwiseScale(name, { layers: 12, decay: 0.5 })).toBe(0.5 ** exponent);
    expect(layerwiseScale(name, { layers: 12, decay: 1 })).toBe(1);
  });

  it('refuses a layer that the model does not have', () => {
    expect(() => layerwiseScale('transformer.h.12.ln_1.weight', { layers: 12, decay: 0.9 })).toThrow(
      expect.objectContaining({ code: 'SHAPE_MISMATCH' }),
    );
  });
});
