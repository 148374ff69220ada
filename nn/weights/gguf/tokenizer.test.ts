import { describe, expect, it } from '@jest/globals';
import type { Metadata, MetadataValue } from './metadata.js';
import { ggufTokenizerJson } from './tokenizer.js';

const codeOf = (act: () => unknown): unknown => {
  try {
    act();
  } catch (error) {
    return (error as { code?: unknown }).code;
  }
  return 'accepted';
};

describe('the vocabulary in a GGUF file', () => {
  const gpt2: Readonly<Record<string, MetadataValue>> = {
    'tokenizer.ggml.model': 'gpt2',
    'tokenizer.ggml.pre': 'gpt-2',
    'tokenizer.ggml.tokens': ['a', 'b', 'ab'],
    'tokenizer.ggml.merges': ['a b'],
  };
  const llama: Readonly<Record<string, MetadataValue>> = {
    'tokenizer.ggml.model': 'llama',
    'tokenizer.ggml.tokens': ['<unk>', 'a', 'b', 'ab'],
    'tokenizer.ggml.scores': new Float32Array([0, -2, -3, -1]),
    'tokenizer.ggml.token_type': new Int32Array([2, 1, 1, 1]),
    'tokenizer.ggml.unknown_token_id': 0,
  };
  const of = (given: Readonly<Record<string, MetadataValue>>): Metadata => new Map(Object.entries(given));

  it('puts tokens around a text where the file says so', () => {
    const around = {
      ...llama,
      'tokenizer.ggml.bos_token_id': 1,
      'tokenizer.ggml.eos_token_id': 2,
      'tokenizer.ggml.add_bos_token': false,
      'tokenizer.ggml.add_eos_token': true,
    };
    expect(ggufTokenizerJson(of(around))).toMatchObject({
      post_processor: {
        single: [{ Sequence: { id: 'A', type_id: 0 } }, { SpecialToken: { id: 'b', type_id: 0 } }],
        special_tokens: { b: { ids: [2] } },
      },
      added_tokens: [{ id: 0, content: '<unk>', special: true }],
      model: { unk_token: '<unk>', merges: [['a', 'b']] },
    });
  });

  it.each<[string, Readonly<Record<string, MetadataValue>>]>([
    ['of another kind', { ...gpt2, 'tokenizer.ggml.model': 'bert' }],
    ['of no kind', { 'tokenizer.ggml.tokens': ['a'] }],
    ['with another pre-tokenizer', { ...gpt2, 'tokenizer.ggml.pre': 'qwen2' }],
    ['without tokens', { 'tokenizer.ggml.model': 'gpt2' }],
    ['with one token twice', { ...gpt2, 'tokenizer.ggml.tokens': ['a', 'b', 'ab', 'a'] }],
    ['with a merge that makes no token', { ...gpt2, 'tokenizer.ggml.merges': ['b a'] }],
    ['with a merge of one', { ...gpt2, 'tokenizer.ggml.merges': ['ab'] }],
    [
      'without merges',
      { 'tokenizer.ggml.model': 'gpt2', 'tokenizer.ggml.pre': 'gpt-2', 'tokenizer.ggml.tokens': [] },
    ],
    ['without scores', { 'tokenizer.ggml.model': 'llama', 'tokenizer.ggml.tokens': ['a'] }],
    [
      'with a piece of endless length',
      {
        'tokenizer.ggml.model': 'llama',
        'tokenizer.ggml.tokens': ['a'.repeat(1_000_000)],
        'tokenizer.ggml.scores': new Float32Array(1),
      },
    ],
  ])('is refused %s', (_, given) => {
    expect(codeOf(() => ggufTokenizerJson(of(given)))).toBe('TOKENIZER_INVALID');
  });

  it('is refused as corrupt where a list has another length than the tokens', () => {
    const short = { ...llama, 'tokenizer.ggml.scores': new Float32Array(3) };
    expect(codeOf(() => ggufTokenizerJson(of(short)))).toBe('WEIGHTS_CORRUPT');
  });
});
