import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from '@jest/globals';
import { float32Data, float32Tensor } from '../tensor.js';
import { KeptWeights } from './keptWeights.js';

const folder = mkdtempSync(join(tmpdir(), 'plumbline-kept-'));
afterAll(() => rmSync(folder, { recursive: true }));

const weights = () =>
  new Map([
    ['a', float32Tensor([2, 3], Float32Array.of(1, 2, 3, 4, 5, 6))],
    ['scalar', float32Tensor([], Float32Array.of(-0))],
    ['none', float32Tensor([0])],
  ]);

describe.each([
  ['on disk', folder],
  ['in memory, where there is no such folder', join(folder, 'missing')],
])('weights kept %s', (_, parent) => {
  it('are those that were kept last, whatever becomes of the arrays', () => {
    const kept = new KeptWeights(parent);
    const given = weights();
    kept.keep(new Map([['other', float32Tensor([4])]]));
    kept.keep(given);
    float32Data(given.get('a')!).fill(9);
    const read = kept.read();
    expect(read).toEqual(weights());
    float32Data(read.get('a')!).fill(9);
    expect(kept.read()).toEqual(weights());
    kept.close();
  });

  it('are none before the first, and leave no file', () => {
    const kept = new KeptWeights(parent);
    expect(kept.read()).toEqual(new Map());
    kept.keep(weights());
    expect(readdirSync(folder)).toEqual([]);
    kept.close();
  });
});
