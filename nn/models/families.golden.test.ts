import { readdirSync, readFileSync } from 'node:fs';
import { basename, dirname } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import { VERIFICATION_TOLERANCES, verifyModel } from './verifyModel.js';

const goldens = new URL('../goldens/', import.meta.url);
const FILES = [
  'config.json',
  'model.safetensors',
  'case.safetensors',
  'gradients.safetensors',
  'expected.json',
];

/** Every folder with a case.safetensors: a further one needs no code. */
const folders = readdirSync(goldens, { recursive: true, encoding: 'utf8' })
  .filter((path) => basename(path) === 'case.safetensors')
  .map(dirname)
  .sort();

const filesOf = (folder: string) =>
  new Map(FILES.map((name) => [name, new Uint8Array(readFileSync(new URL(`${folder}/${name}`, goldens)))]));

describe('a checkpoint gives the logits, loss, gradients, AdamW losses and tokens of transformers', () => {
  it.each(folders)('%s', async (folder) => {
    const files = filesOf(folder);
    const result = await verifyModel(files, { threads: 2 });
    for (const [name, tolerance] of Object.entries(VERIFICATION_TOLERANCES)) {
      expect(result[name as keyof typeof result]).toBeLessThanOrEqual(tolerance);
    }
    const generates = new TextDecoder().decode(files.get('expected.json')).includes('greedy_');
    expect(result.greedyEqual).toBe(generates ? true : null);
    expect(result.passed).toBe(true);
  });
});
