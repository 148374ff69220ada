import { NnError } from '../../errors.js';
import type { BertConfig } from '../types.js';

/**
 * Reads a Hugging Face `config.json`. Throws BASE_MODEL_UNSUPPORTED, saying what was found, for another
 * architecture or a variant whose arithmetic differs.
 */
export function parseBertConfig(json: unknown): BertConfig {
  if (typeof json !== 'object' || json === null || Array.isArray(json)) {
    throw new NnError('BASE_MODEL_UNSUPPORTED', 'config.json must hold an object');
  }
  const fields = json as Readonly<Record<string, unknown>>;
  expect(fields, 'model_type', ['bert']);
  expect(fields, 'hidden_act', ['gelu']);
  expect(fields, 'position_embedding_type', ['absolute', undefined]);
  expect(fields, 'is_decoder', [false, undefined]);
  expect(fields, 'add_cross_attention', [false, undefined]);
  const config = {
    hiddenSize: count(fields, 'hidden_size'),
    layers: count(fields, 'num_hidden_layers'),
    heads: count(fields, 'num_attention_heads'),
    intermediateSize: count(fields, 'intermediate_size'),
    vocabularySize: count(fields, 'vocab_size'),
    maxPositions: count(fields, 'max_position_embeddings'),
    typeVocabularySize: count(fields, 'type_vocab_size'),
    layerNormEpsilon: epsilon(fields),
  };
  if (config.hiddenSize % config.heads !== 0) {
    throw unsupported(
      'hidden_size',
      config.hiddenSize,
      `a multiple of num_attention_heads (${config.heads})`,
    );
  }
  return config;
}

function expect(fields: Readonly<Record<string, unknown>>, name: string, allowed: readonly unknown[]): void {
  if (!allowed.includes(fields[name])) {
    const wanted = allowed.filter((value) => value !== undefined).map((value) => JSON.stringify(value));
    throw unsupported(name, fields[name], wanted.join(' or '));
  }
}

// Far above any published model; keeps a hostile file from asking for absurd allocations.
const COUNT_MAX = 1_000_000;

function count(fields: Readonly<Record<string, unknown>>, name: string): number {
  const value = fields[name];
  if (typeof value !== 'number' || !Number.isInteger(value) || value < 1 || value > COUNT_MAX) {
    throw unsupported(name, value, `a whole number from 1 to ${COUNT_MAX}`);
  }
  return value;
}

function epsilon(fields: Readonly<Record<string, unknown>>): number {
  const value = fields['layer_norm_eps'] ?? 1e-12;
  if (typeof value !== 'number' || !(value > 0 && value < 1)) {
    throw unsupported('layer_norm_eps', value, 'a number between 0 and 1');
  }
  return value;
}

function unsupported(name: string, found: unknown, wanted: string): NnError {
  return new NnError(
    'BASE_MODEL_UNSUPPORTED',
    `config.json: ${name} must be ${wanted}, found ${JSON.stringify(found) ?? 'nothing'}`,
    { details: { field: name, found } },
  );
}
