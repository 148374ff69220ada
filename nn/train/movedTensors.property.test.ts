import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { float32Tensor } from '../tensor.js';
import { movedTensors, moveTensors } from './movedTensors.js';

const sizes = fc.array(fc.integer({ min: 1, max: 40 }), { maxLength: 12 });

describe('tensors that move between threads', () => {
  it('arrive as they left, in files of about the size asked for', () => {
    fc.assert(
      fc.property(sizes, fc.integer({ min: 1, max: 400 }), (given, fileBytes) => {
        const tensors = new Map(
          given.map((size, at) => [`w${at}`, float32Tensor([size], new Float32Array(size).fill(at + 0.5))]),
        );
        const files = moveTensors(tensors, fileBytes);
        const bytes = given.reduce((sum, size) => sum + 4 * size, 0);
        expect(files.length).toBeGreaterThanOrEqual(Math.min(given.length, bytes / (fileBytes + 160)));
        const arrived = movedTensors(files);
        expect([...arrived.keys()].sort()).toEqual([...tensors.keys()].sort());
        for (const [name, { dims, data }] of tensors)
          expect(arrived.get(name)).toMatchObject({ dtype: 'float32', dims, data });
      }),
    );
  });
});
