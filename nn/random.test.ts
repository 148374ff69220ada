import { describe, expect, it } from '@jest/globals';
import { Random } from './random.js';

describe('Random', () => {
  it('gives the same numbers for the same seed and stream, others for others', () => {
    const take = (seed: number, stream: number) => {
      const random = new Random(seed, stream);
      return Array.from({ length: 8 }, () => random.uint32());
    };
    expect(take(7, 1)).toEqual(take(7, 1));
    expect(take(7, 1)).not.toEqual(take(7, 2));
    expect(take(7, 1)).not.toEqual(take(8, 1));
    expect(take(1, 0)).toMatchInlineSnapshot(`
[
  1526988584,
  2907895945,
  1394869624,
  2016686417,
  3782339145,
  778555598,
  1477539708,
  3006148295,
]
`);
  });

  it('has the moments of the uniform and the normal distribution', () => {
    const random = new Random(3);
    const count = 100_000;
    let uniform = 0;
    let normal = 0;
    let normalSquares = 0;
    for (let i = 0; i < count; i++) {
      uniform += random.uniform();
      const value = random.normal();
      normal += value;
      normalSquares += value * value;
    }
    expect(Math.abs(uniform / count - 0.5)).toBeLessThan(0.005);
    expect(Math.abs(normal / count)).toBeLessThan(0.02);
    expect(Math.abs(normalSquares / count - 1)).toBeLessThan(0.03);
  });

  it('shuffles into a permutation', () => {
    const items = new Random(5).shuffle(Int32Array.from({ length: 100 }, (_, i) => i));
    expect([...items].sort((a, b) => a - b)).toEqual(Array.from({ length: 100 }, (_, i) => i));
    expect(items[0]! + items[1]! + items[2]!).not.toBe(3);
  });
});
