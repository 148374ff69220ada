import { existsSync, mkdirSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import { readModelWeights, type Tensor } from '../nn/index.js';
import { keepTensors, keptWeights, readKeptTensors, withTemporaryFolder } from './keptTensors.js';
import { memoryWorld } from './testing/index.js';

const tensor = (dims: readonly number[], start: number): Tensor => ({
  dtype: 'float32',
  dims,
  data: Float32Array.from({ length: dims.reduce((a, b) => a * b, 1) }, (_, at) => start + at),
});
const tensors = new Map([
  ['b.weight', tensor([4, 5], 0.5)],
  ['a.bias', tensor([7], -3)],
]);
const SMALL = 16;

describe('tensors that are kept', () => {
  it('are the same file through an array and through the disk', async () => {
    const { blobs } = memoryWorld();
    const kept = await keepTensors(blobs, tensors);
    expect(await keepTensors(blobs, tensors, SMALL)).toEqual(kept);
    for (const limit of [undefined, SMALL]) {
      const found = await readKeptTensors(blobs, kept, limit);
      expect(new Map([...found].sort())).toEqual(new Map([...tensors].sort()));
    }
  });

  it('are a folder for training where they are large, and else their bytes', async () => {
    const { blobs } = memoryWorld();
    const kept = await keepTensors(blobs, tensors);
    let left = '';
    await withTemporaryFolder(async (folder) => {
      left = folder;
      expect(await keptWeights(blobs, kept, folder)).toEqual(await blobs.get(kept));
      expect(readdirSync(folder)).toEqual([]);
      const weights = await keptWeights(blobs, kept, folder, SMALL);
      expect(weights).toBe(folder);
      expect(new Set(readModelWeights(weights).keys())).toEqual(new Set(tensors.keys()));
      mkdirSync(join(folder, 'more'));
    });
    expect(existsSync(left)).toBe(false);
  });

  it('that are not there leave no folder behind', async () => {
    const { blobs } = memoryWorld();
    const missing = { sha256: '0'.repeat(64), bytes: 100 };
    await expect(readKeptTensors(blobs, missing, SMALL)).rejects.toMatchObject({ code: 'OBJECT_NOT_FOUND' });
  });
});
