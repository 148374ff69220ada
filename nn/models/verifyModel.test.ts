import { readFileSync } from 'node:fs';
import { describe, expect, it } from '@jest/globals';
import { float32Data, type Tensor } from '../tensor.js';
import { readSafetensors, writeSafetensors } from '../weights/index.js';
import { verifyModel } from './verifyModel.js';

const folder = new URL('../goldens/gpt2-untied-causal-lm/', import.meta.url);
const NAMES = [
  'config.json',
  'model.safetensors',
  'case.safetensors',
  'gradients.safetensors',
  'expected.json',
];
const files = (changes: Record<string, Uint8Array | null> = {}) => {
  const all = NAMES.map((name) => [name, new Uint8Array(readFileSync(new URL(name, folder)))] as const);
  const changed = new Map<string, Uint8Array>(all);
  for (const [name, bytes] of Object.entries(changes)) {
    if (bytes) changed.set(name, bytes);
    else changed.delete(name);
  }
  return changed;
};
const verify = (changes: Record<string, Uint8Array | null>) => verifyModel(files(changes), { threads: 1 });
const text = (value: unknown) => new TextEncoder().encode(JSON.stringify(value));
const expected = JSON.parse(readFileSync(new URL('expected.json', folder), 'utf8')) as Record<
  string,
  unknown
>;

/** A safetensors file with one tensor changed or, where `change` returns null, left out. */
function tampered(name: string, tensor: string, change: (tensor: Tensor) => Tensor | null): Uint8Array {
  const tensors = readSafetensors(files().get(name)!);
  const replaced = change(tensors.get(tensor)!);
  if (replaced) tensors.set(tensor, replaced);
  else tensors.delete(tensor);
  return writeSafetensors(tensors);
}

const scaled = (factor: number) => (tensor: Tensor) => ({
  ...tensor,
  data: float32Data(tensor).map((value) => value * factor),
});

describe('verification', () => {
  it.each<[string, Record<string, Uint8Array>, string]>([
    ['other logits', { 'case.safetensors': tampered('case.safetensors', 'logits', scaled(1.001)) }, 'logits'],
    ['another loss', { 'expected.json': text({ ...expected, loss: 4 }) }, 'loss'],
    [
      'another gradient',
      { 'gradients.safetensors': tampered('gradients.safetensors', 'transformer.wpe.weight', scaled(1.01)) },
      'gradients',
    ],
    [
      'a gradient left out',
      { 'gradients.safetensors': tampered('gradients.safetensors', 'lm_head.weight', () => null) },
      'gradients',
    ],
    [
      'a gradient that is not a number',
      { 'gradients.safetensors': tampered('gradients.safetensors', 'lm_head.weight', scaled(Number.NaN)) },
      'gradients',
    ],
    [
      'other losses',
      { 'expected.json': text({ ...expected, losses_10_adamw_steps: [4.2, 4] }) },
      'adamwLosses',
    ],
  ])('does not pass with %s', async (_, changes, what) => {
    const result = await verify(changes);
    expect(result.passed).toBe(false);
    expect(result[what as 'logits']).toBeGreaterThan(9e-4);
  });

  it('does not pass with another token', async () => {
    const greedy = [...(expected['greedy_12_tokens_of_row_0'] as number[])];
    greedy[greedy.length - 1] = (greedy.at(-1)! + 1) % 61;
    const result = await verify({
      'expected.json': text({ ...expected, greedy_12_tokens_of_row_0: greedy }),
    });
    expect(result).toMatchObject({ greedyEqual: false, passed: false });
  });

  it.each<[string, Record<string, Uint8Array | null>, RegExp]>([
    ['a missing file', { 'case.safetensors': null }, /case.safetensors is missing/],
    ['a file that is not JSON', { 'expected.json': new Uint8Array([1]) }, /expected.json is not JSON/],
    ['JSON without a loss', { 'expected.json': text(null) }, /adamw.betas must list numbers/],
    [
      'losses that are no numbers',
      { 'expected.json': text({ ...expected, losses_10_adamw_steps: ['1'] }) },
      /losses/,
    ],
    ['a truncated file', { 'model.safetensors': new Uint8Array(12) }, /./],
    [
      'a case without labels',
      { 'case.safetensors': tampered('case.safetensors', 'labels', () => null) },
      /has no 'labels'/,
    ],
  ])('refuses %s with a code', async (_, changes, message) => {
    await expect(verify(changes)).rejects.toThrow(message);
    await expect(verify(changes)).rejects.toThrow(expect.objectContaining({ code: 'WEIGHTS_CORRUPT' }));
  });

  it('refuses a case whose shapes differ from the model', async () => {
    const logits = tampered('case.safetensors', 'logits', (tensor) => ({
      ...tensor,
      dims: [tensor.dims[1]!, tensor.dims[0]!, tensor.dims[2]!],
    }));
    await expect(verify({ 'case.safetensors': logits })).rejects.toThrow(
      expect.objectContaining({ code: 'SHAPE_MISMATCH' }),
    );
  });
});
