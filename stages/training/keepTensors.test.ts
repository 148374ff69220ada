import { existsSync, mkdirSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import { readModelWeights, type Tensor } from '../../nn/index.js';
import { keptWeights, withTemporaryFolder } from '../keptWeights.js';
import { memoryWorld } from '../testing/index.js';
import { keepTensors } from './keepTensors.js';

const tensor = (dims: readonly number[], start: number): Tensor => ({
  dtype: 'float32',
  dims,
  data: Float32Array.from({ length: dims.reduce((a, b) => a * b, 1) }, (_, at) => start + at),
});
const tensors = new Map([
  ['a.bias', tensor([7], -3)],
  ['b.weight', tensor([4, 5], 0.5)],
]);
const SMALL = 16;

describe('tensors that are kept', () => {
  it('are the same file through an array and through the disk, read alike', async () => {
    const { blobs } = memoryWorld();
    const kept = await keepTensors(blobs, tensors);
    expect(await keepTensors(blobs, tensors, SMALL)).toEqual(kept);
    for (const limit of [undefined, SMALL]) {
      const found = await withTemporaryFolder(async (folder) =>
        readModelWeights(await keptWeights(blobs, kept, folder, limit)),
      );
      expect(new Map([...found].sort())).toEqual(tensors);
    }
  });

  it('are a folder for training where they are large, which goes with what is in it', async () => {
    const { blobs } = memoryWorld();
    const kept = await keepTensors(blobs, tensors);
    const left = await withTemporaryFolder(async (folder) => {
      expect(await keptWeights(blobs, kept, folder)).toEqual(await blobs.get(kept));
      expect(readdirSync(folder)).toEqual([]);
      expect(await keptWeights(blobs, kept, folder, SMALL)).toBe(folder);
      mkdirSync(join(folder, 'more'));
      return folder;
    });
    expect(existsSync(left)).toBe(false);
  });

  it('that are not there leave no folder behind', async () => {
    const { blobs } = memoryWorld();
    const missing = { sha256: '0'.repeat(64), bytes: 100 };
    let left = '';
    const work = withTemporaryFolder((folder) => {
      left = folder;
      return keptWeights(blobs, missing, folder, SMALL);
    });
    await expect(work).rejects.toMatchObject({ code: 'OBJECT_NOT_FOUND' });
    expect(existsSync(left)).toBe(false);
  });
});
