import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { tokenBatch } from './rows.js';

const drawing = fc.array(fc.array(fc.integer({ min: 1, max: 30 }), { minLength: 1, maxLength: 6 }), {
  minLength: 1,
  maxLength: 6,
});
const values = (tensor: { readonly data: ArrayLike<unknown> } | undefined) =>
  Array.from(tensor!.data, Number);

describe('texts that share rows', () => {
  it('stand end to end, numbered, with where each starts', () => {
    const texts = [Int32Array.of(5, 6), Int32Array.of(2, 9, 3), Int32Array.of(7)];
    const { feeds, realTokens, paddedTokens } = tokenBatch(texts, [2, 1]);
    expect(feeds['input_ids']!.dims).toEqual([2, 5]);
    expect(values(feeds['input_ids'])).toEqual([5, 6, 2, 9, 3, 7, 0, 0, 0, 0]);
    expect(values(feeds['segment_ids'])).toEqual([1, 1, 2, 2, 2, 1, 0, 0, 0, 0]);
    expect(values(feeds['text_starts'])).toEqual([0, 2, 5]);
    expect([realTokens, paddedTokens]).toEqual([6, 10]);
  });

  it('are found again from their starts and numbers', () => {
    fc.assert(
      fc.property(drawing, (rows) => {
        const sizes = rows.map(({ length }) => length);
        const texts = rows.flat().map((length, at) => new Int32Array(length).fill(at + 1));
        const { feeds } = tokenBatch(texts, sizes);
        const [ids, segments, starts] = ['input_ids', 'segment_ids', 'text_starts'].map((name) =>
          values(feeds[name]),
        );
        texts.forEach((text, at) => {
          const start = starts![at]!;
          expect(ids!.slice(start, start + text.length)).toEqual([...text]);
          expect(new Set(segments!.slice(start, start + text.length)).size).toBe(1);
        });
        expect(ids!.filter((id) => id > 0)).toHaveLength(texts.reduce((sum, { length }) => sum + length, 0));
        expect(segments!.map((segment) => segment > 0)).toEqual(ids!.map((id) => id > 0));
      }),
    );
  });
});
