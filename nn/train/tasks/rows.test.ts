import { describe, expect, it } from '@jest/globals';
import { countLabels, tokenBatch } from './rows.js';

describe('rows of a batch', () => {
  it('are padded on the right under a zero mask', () => {
    const { feeds, realTokens, paddedTokens } = tokenBatch(
      [Int32Array.of(2, 3), Int32Array.of(2, 9, 3)],
      null,
    );
    expect(feeds['input_ids']!.dims).toEqual([2, 3]);
    expect([...feeds['input_ids']!.data].map(Number)).toEqual([2, 3, 0, 2, 9, 3]);
    expect([...feeds['attention_mask']!.data].map(Number)).toEqual([1, 1, 0, 1, 1, 1]);
    expect([realTokens, paddedTokens]).toEqual([5, 6]);
  });

  it('count their labels as much as the loss does', () => {
    const labels = [Int32Array.of(-100, 0, 1), Int32Array.of(1)];
    expect(countLabels(labels)).toBe(3);
    expect(countLabels(labels, { kind: 'cross-entropy', classWeights: [0.5, 2] })).toBe(4.5);
  });
});
