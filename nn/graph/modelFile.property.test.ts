import { mkdtempSync, readFileSync, rmSync, truncateSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { NnError } from '../errors.js';
import { elementCount } from '../tensor.js';
import { readModelFile } from './modelFile.js';

const golden = new URL('../goldens/external-data/', import.meta.url);
const model = readFileSync(new URL('model.onnx', golden));
const weights = readFileSync(new URL('weights.bin', golden));

describe('changed models with their weights beside them', () => {
  let folder = '';
  beforeAll(() => {
    folder = mkdtempSync(join(tmpdir(), 'plumbline-changed-'));
    writeFileSync(join(folder, 'weights.bin'), weights);
  });
  afterAll(() => rmSync(folder, { recursive: true }));

  function outcome(bytes: Uint8Array): string {
    writeFileSync(join(folder, 'model.onnx'), bytes);
    try {
      const { graph } = readModelFile(join(folder, 'model.onnx'));
      for (const { dims, data } of graph.initializers.values()) expect(data.length).toBe(elementCount(dims));
      return 'whole';
    } catch (error) {
      if (error instanceof NnError) return 'refused';
      throw error;
    }
  }

  it('give a whole model or are refused', () => {
    const change = fc.tuple(fc.nat(model.length - 1), fc.nat(255));
    const outcomes = new Set<string>();
    fc.assert(
      fc.property(fc.array(change, { minLength: 1, maxLength: 3 }), (changes) => {
        const bytes = Uint8Array.from(model);
        for (const [at, value] of changes) bytes[at] = value;
        outcomes.add(outcome(bytes));
      }),
      { numRuns: 500 },
    );
    expect([...outcomes].sort()).toEqual(['refused', 'whole']);
  });

  it('are refused with weights of any smaller size', () => {
    fc.assert(
      fc.property(fc.nat(weights.length - 1), (size) => {
        writeFileSync(join(folder, 'weights.bin'), weights);
        truncateSync(join(folder, 'weights.bin'), size);
        expect(outcome(model)).toBe('refused');
      }),
    );
    writeFileSync(join(folder, 'weights.bin'), weights);
  });
});
