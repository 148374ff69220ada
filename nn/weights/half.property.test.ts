import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { fromHalf, toHalf } from './half.js';

const halves = ['float16', 'bfloat16'] as const;
const one = (half: (typeof halves)[number], value: number) => toHalf(half, Float32Array.of(value))[0]!;

describe.each(halves)('%s', (half) => {
  it('gives every word back from its float32 value', () => {
    const words = Uint16Array.from({ length: 2 ** 16 }, (_, word) => word);
    const values = fromHalf(half, words);
    const back = toHalf(half, values);
    const isNumber = (at: number) => !Number.isNaN(values[at]!);
    expect(words.filter((word) => isNumber(word) && back[word] !== word)).toHaveLength(0);
    expect(
      fromHalf(
        half,
        back.filter((_, at) => !isNumber(at)),
      ).every(Number.isNaN),
    ).toBe(true);
  });

  it('rounds to the nearest word, ties to the even one', () => {
    fc.assert(
      fc.property(fc.float({ noNaN: true, noDefaultInfinity: true }), (value) => {
        const word = one(half, value);
        const found = fromHalf(half, Uint16Array.of(word))[0]!;
        if (!Number.isFinite(found)) return;
        const around = [word - 1, word, word + 1].filter((near) => (near & 0x7fff) <= 0x7f80);
        for (const other of around.filter((near) => near >> 15 === word >> 15 && near >= 0)) {
          const distance = Math.abs(fromHalf(half, Uint16Array.of(other))[0]! - value);
          const own = Math.abs(found - value);
          expect(distance).toBeGreaterThanOrEqual(own);
          if (distance === own && other !== word) expect(word & 1).toBe(0);
        }
      }),
    );
  });

  it('keeps signs, infinities and what is not a number', () => {
    expect(Object.is(fromHalf(half, Uint16Array.of(one(half, -0)))[0], -0)).toBe(true);
    expect(fromHalf(half, Uint16Array.of(one(half, Number.NEGATIVE_INFINITY)))[0]).toBe(
      Number.NEGATIVE_INFINITY,
    );
    expect(fromHalf(half, Uint16Array.of(one(half, Number.NaN)))[0]).toBeNaN();
    expect(fromHalf(half, Uint16Array.of(one(half, 3.4e38)))[0]).toBe(Number.POSITIVE_INFINITY);
  });
});

it('ends float16 where IEEE 754 does', () => {
  expect(
    [65504, 65519, 65520, 2 ** -24, 2 ** -25, 2 ** -25 * 1.01].map((value) => one('float16', value)),
  ).toEqual([0x7bff, 0x7bff, 0x7c00, 1, 0, 1]);
});
