import { describe, expect, it } from '@jest/globals';
import type { GgufTensor } from './header.js';
import { llamaConfig } from './llamaConfig.js';
import type { MetadataValue } from './metadata.js';
import { quantization } from './quantization.js';

const tensor = (name: string, ...dims: number[]): [string, GgufTensor] => [
  name,
  { name, dims, quantization: quantization(name, 0), begin: 0, end: 0 },
];

const metadata: Readonly<Record<string, MetadataValue>> = {
  'general.architecture': 'llama',
  'llama.context_length': 2048,
  'llama.embedding_length': 64,
  'llama.block_count': 2,
  'llama.feed_forward_length': 96,
  'llama.attention.head_count': 4,
  'llama.attention.layer_norm_rms_epsilon': 1e-5,
};

const config = (
  changes: Readonly<Record<string, MetadataValue>> = {},
  tensors = [tensor('token_embd.weight', 100, 64)],
  factors?: Float32Array,
) =>
  llamaConfig(
    { metadata: new Map(Object.entries({ ...metadata, ...changes })), tensors: new Map(tensors) },
    factors,
  );

const codeOf = (act: () => unknown): unknown => {
  try {
    act();
  } catch (error) {
    return (error as { code?: unknown }).code;
  }
  return 'accepted';
};

describe('the configuration in a GGUF file', () => {
  it('fills in what llama.cpp takes for granted', () => {
    expect(config()).toMatchObject({
      vocab_size: 100,
      num_key_value_heads: 4,
      head_dim: 16,
      rope_theta: 10_000,
      rope_scaling: null,
      attention_bias: false,
      tie_word_embeddings: true,
      bos_token_id: null,
    });
  });

  it('tells biases and an output of its own by the tensors', () => {
    const tensors = [
      tensor('token_embd.weight', 100, 64),
      tensor('output.weight', 100, 64),
      tensor('blk.0.attn_q.bias', 64),
      tensor('blk.0.ffn_gate.bias', 96),
    ];
    expect(config({}, tensors)).toMatchObject({
      attention_bias: true,
      mlp_bias: true,
      tie_word_embeddings: false,
    });
  });

  it.each<[string, Readonly<Record<string, MetadataValue>>, unknown]>([
    [
      'linear',
      { 'llama.rope.scaling.type': 'linear', 'llama.rope.scaling.factor': 4 },
      { rope_type: 'linear', factor: 4 },
    ],
    ['linear, by its old key', { 'llama.rope.scale_linear': 2 }, { rope_type: 'linear', factor: 2 }],
    ['none', { 'llama.rope.scaling.type': 'none', 'llama.rope.scaling.factor': 4 }, null],
    ['linear by one', { 'llama.rope.scaling.type': 'linear', 'llama.rope.scaling.factor': 1 }, null],
  ])('reads a rotary scaling that is %s', (_, changes, expected) => {
    expect(config(changes).rope_scaling).toEqual(expected);
  });

  it.each<[string, Readonly<Record<string, MetadataValue>>]>([
    ['another architecture', { 'general.architecture': 'gemma3' }],
    ['one of several parts', { 'split.count': 3 }],
    ['a mixture of experts', { 'llama.expert_count': 8 }],
    ['the YaRN scaling', { 'llama.rope.scaling.type': 'yarn', 'llama.rope.scaling.factor': 4 }],
    [
      'heads of which a part is rotated',
      { 'llama.attention.key_length': 32, 'llama.rope.dimension_count': 16 },
    ],
    ['keys and values of different lengths', { 'llama.attention.value_length': 8 }],
    ['heads that do not divide the width', { 'llama.attention.head_count': 5 }],
    ['a vocabulary that disagrees with the embedding', { 'llama.vocab_size': 99 }],
  ])('refuses %s as unsupported', (_, changes) => {
    expect(codeOf(() => config(changes))).toBe('BASE_MODEL_UNSUPPORTED');
  });

  it.each<[string, Readonly<Record<string, MetadataValue>>]>([
    ['a count of nought', { 'llama.block_count': 0 }],
    ['a count with a fraction', { 'llama.block_count': 1.5 }],
    ['a count in words', { 'llama.block_count': 'two' }],
    ['a count beyond reason', { 'llama.block_count': 2n ** 60n }],
    ['a count for each layer', { 'llama.attention.head_count_kv': new Int32Array([1, 2]) }],
    ['an epsilon that is not finite', { 'llama.attention.layer_norm_rms_epsilon': Number.NaN }],
    ['a token outside the vocabulary', { 'tokenizer.ggml.bos_token_id': 100 }],
  ])('refuses %s as corrupt', (_, changes) => {
    expect(codeOf(() => config(changes))).toBe('WEIGHTS_CORRUPT');
  });

  it('refuses rotary factors that follow from no LLaMA 3 scaling', () => {
    const embedding = [tensor('token_embd.weight', 100, 64)];
    for (const factors of [
      new Float32Array(8).fill(2),
      new Float32Array(7).fill(1),
      new Float32Array([Number.NaN]),
    ]) {
      expect(codeOf(() => config({}, embedding, factors))).toBe('BASE_MODEL_UNSUPPORTED');
    }
  });

  it('names a quantisation it cannot read', () => {
    expect(() => quantization('blk.0.attn_q.weight', 10)).toThrow(/Q2_K.*Q8_0/);
  });
});
