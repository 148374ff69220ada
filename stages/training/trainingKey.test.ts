import { describe, expect, it } from '@jest/globals';
import type { BaseModel, TrainModelInput } from '../../contracts/index.js';
import { trainingInput } from './testing/world.js';
import { seedOf, trainingKeyOf } from './trainingKey.js';

const blob = (digit: string) => ({ sha256: digit.repeat(64), bytes: 1 });
const base: BaseModel = {
  reference: 'hf:org/name',
  architecture: 'bert',
  parameters: 1,
  config: blob('1'),
  weights: { 'model.safetensors': blob('2') },
  tokenizer: blob('3'),
};
const keyOf = (
  input: TrainModelInput,
  rest: Partial<{ subset: number | null; base: BaseModel; codeVersion: string }> = {},
) => trainingKeyOf({ input, subset: null, base, codeVersion: '1', ...rest });

describe('trainingKeyOf', () => {
  const input = trainingInput('/models/tiny');

  it.each<[string, string]>([
    ['the learning rate', keyOf(trainingInput('/models/tiny', { learningRate: 1e-4 }))],
    ['the seed', keyOf(trainingInput('/models/tiny', { seed: 1 }))],
    ['the least number of steps', keyOf(trainingInput('/models/tiny', { stepsMin: 10 }))],
    ['the dataset', keyOf({ ...input, datasetId: 'f'.repeat(64) })],
    ['the generation', keyOf({ ...input, generation: 'report' })],
    [
      'the order of the labels',
      keyOf({ ...input, pipeline: { ...input.pipeline, labels: ['spam', 'ham'] } }),
    ],
    ['the number of rows', keyOf(input, { subset: 50 })],
    [
      'the weights of the base model',
      keyOf(input, { base: { ...base, weights: { 'model.safetensors': blob('4') } } }),
    ],
    [
      'a shard',
      keyOf(input, { base: { ...base, weights: { ...base.weights, 'more.safetensors': blob('4') } } }),
    ],
    ['the tokenizer', keyOf(input, { base: { ...base, tokenizer: blob('4') } })],
    ['the version of the code', keyOf(input, { codeVersion: '2' })],
  ])('depends on %s', (_, key) => {
    expect(key).not.toBe(keyOf(input));
  });

  it('does not depend on where the base model came from or how often a checkpoint is kept', () => {
    expect(keyOf(trainingInput('/elsewhere', { checkpointEverySeconds: 7 }))).toBe(keyOf(input));
    expect(keyOf(trainingInput('/elsewhere', { recomputeActivations: true, memoryBytesMax: 1e9 }))).toBe(
      keyOf(input),
    );
    expect(keyOf(input, { base: { ...base, reference: 'file:/x' } })).toBe(keyOf(input));
    expect(keyOf(input, { base: { ...base, weights: { 'renamed.gguf': blob('2') } } })).toBe(keyOf(input));
  });
});

describe('seedOf', () => {
  it('is the recipe’s without a generation and another one, always the same, for each generation', () => {
    expect(seedOf(42, null)).toBe(42);
    const seeds = ['a', 'b', 'a'].map((generation) => seedOf(42, generation));
    expect(seeds[0]).toBe(seeds[2]);
    expect(new Set([42, ...seeds]).size).toBe(3);
  });
});
