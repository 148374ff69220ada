import { readFileSync } from 'node:fs';
import { describe, expect, it } from '@jest/globals';
import { readLlamaConfig } from '../llama/config.js';
import { relativeBucket } from './relativeBias.js';
import { rotaryFrequencies } from './rotary.js';

const golden = (name: string): unknown =>
  JSON.parse(readFileSync(new URL(`../goldens/${name}`, import.meta.url), 'utf8'));

interface BucketCase {
  readonly bidirectional: boolean;
  readonly buckets: number;
  readonly maxDistance: number;
  readonly first: number;
  readonly expected: readonly number[];
}

interface RotaryCase {
  readonly width: number;
  readonly rope: Record<string, unknown>;
  readonly expected: readonly number[];
}

describe('positions', () => {
  const bucketCases = golden('relativeBuckets.json') as readonly BucketCase[];
  it.each(bucketCases)('fall into the buckets of T5: $buckets to $maxDistance, $bidirectional', (row) => {
    const found = row.expected.map((_, at) => relativeBucket(row.first + at, row));
    expect(found).toEqual(row.expected);
  });

  const rotaryCases = golden('rotaryFrequencies.json') as readonly RotaryCase[];
  it.each(rotaryCases)('turn with the frequencies of LLaMA: $rope.rope_type $rope.rope_theta', (row) => {
    const fields = {
      model_type: 'llama',
      hidden_size: row.width,
      num_hidden_layers: 1,
      num_attention_heads: 1,
      intermediate_size: 1,
      vocab_size: 1,
      rope_parameters: row.rope,
    };
    const { rope } = readLlamaConfig(fields, new Map());
    rotaryFrequencies(row.width, rope).forEach((value, pair) => {
      expect(Math.abs(value / row.expected[pair]! - 1)).toBeLessThan(1e-6);
    });
  });
});
