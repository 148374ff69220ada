import { describe, expect, it } from '@jest/globals';
import { tinyTokenizerJson } from './testing/tinyTokenizer.js';
import { loadTokenizer } from './tokenizer.js';

const idsOf = async (texts: string[], maxLength: number) => {
  const tokenizer = await loadTokenizer(tinyTokenizerJson);
  return (await tokenizer.encodeBatch(texts, { maxLength })).map(({ ids }) => [...ids]);
};

describe('tokenizer', () => {
  it('encodes words, pieces and unknown words between [CLS] and [SEP]', async () => {
    expect(await idsOf(['Meeting at NOON!', 'free zebra', ''], 64)).toEqual([
      [2, 5, 6, 10, 11, 9, 3],
      [2, 4, 1, 3],
      [2, 3],
    ]);
  });

  it('ignores the padding and the truncation stored in the file', async () => {
    expect(await idsOf(['free money now now now now'], 64)).toEqual([[2, 4, 7, 8, 8, 8, 8, 3]]);
  });

  it('keeps [CLS] and [SEP] when it truncates', async () => {
    expect(await idsOf(['free money now now'], 4)).toEqual([[2, 4, 7, 3]]);
    expect(await idsOf(['free money now now'], 3)).toEqual([[2, 4, 3]]);
  });

  it('gives every call its own maxLength when calls overlap', async () => {
    const tokenizer = await loadTokenizer(tinyTokenizerJson);
    const text = 'now '.repeat(50);
    const lengths = [10, 3, 30, 5, 52];
    const results = await Promise.all(
      lengths.map((maxLength) => tokenizer.encodeBatch([text], { maxLength })),
    );
    expect(results.map(([first]) => first?.ids.length)).toEqual(lengths);
  });

  it('keeps the order of more texts than one native call takes', async () => {
    const texts = Array.from({ length: 1100 }, (_, i) => 'now '.repeat(i % 7));
    const ids = await idsOf(texts, 64);
    expect(ids.map((row) => row.length - 2)).toEqual(texts.map((_, i) => i % 7));
  });

  it('takes the bytes of the file and knows the size of its vocabulary', async () => {
    const tokenizer = await loadTokenizer(new TextEncoder().encode(tinyTokenizerJson));
    expect(tokenizer.vocabularySize).toBe(12);
  });

  it('knows its tokens by id and by name, and writes ids that have one', async () => {
    const tokenizer = await loadTokenizer(tinyTokenizerJson);
    expect([
      tokenizer.idOf('[SEP]'),
      tokenizer.idOf('zebra'),
      tokenizer.tokenOf(4),
      tokenizer.tokenOf(12),
    ]).toEqual([3, undefined, 'free', undefined]);
    const ids = [2, 5, 6, 99, -1, 0.5, Number.NaN, 3];
    expect(await tokenizer.decodeBatch([ids], { specialTokens: 'left-out' })).toEqual(['meeting']);
    expect(await tokenizer.decodeBatch([ids, []], { specialTokens: 'kept' })).toEqual([
      '[CLS] meeting [SEP]',
      '',
    ]);
  });

  it('refuses what is not a tokenizer.json, and a maxLength with no room for text', async () => {
    await expect(loadTokenizer('{"version":"1.0"')).rejects.toMatchObject({ code: 'TOKENIZER_INVALID' });
    await expect(loadTokenizer(new Uint8Array([0xff]))).rejects.toMatchObject({ code: 'TOKENIZER_INVALID' });
    await expect(idsOf(['now'], 2)).rejects.toMatchObject({ code: 'SHAPE_MISMATCH' });
  });
});
