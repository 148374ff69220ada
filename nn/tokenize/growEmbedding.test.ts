import { describe, expect, it } from '@jest/globals';
import { float32Tensor } from '../tensor.js';
import { addTokens } from './addTokens.js';
import { growEmbedding } from './growEmbedding.js';
import { wordPieceJson } from './testing/wordPieceJson.js';
import { loadTokenizer } from './tokenizer.js';

const SPECIAL = ['[PAD]', '[UNK]', '[CLS]', '[SEP]'];
const WORDS = ['kube', '##netes', '##r', 'pod', '##s'];
const from = wordPieceJson(SPECIAL, WORDS);
/** Row i is [i, 10 i]. */
const embedding = float32Tensor(
  [9, 2],
  Float32Array.from({ length: 18 }, (_, i) => (i >> 1) * (i % 2 ? 10 : 1)),
);
const rowsOf = ({ data }: { data: ArrayLike<number | bigint> }) =>
  Array.from({ length: data.length / 2 }, (_, row) => [data[row * 2], data[row * 2 + 1]]);
const row = (value: number) => [value, value * 10];

describe('words added to a tokenizer', () => {
  const grown = addTokens(from, ['kubernetes', 'pod', 'Zürich', 'kubernetes']);

  it('get the next ids and leave the old ones alone', async () => {
    const [before, after] = [await loadTokenizer(from), await loadTokenizer(grown)];
    expect(after.vocabularySize).toBe(11);
    for (const token of [...SPECIAL, ...WORDS]) expect(after.idOf(token)).toBe(before.idOf(token));
    expect([after.idOf('kubernetes'), after.idOf('Zürich')]).toEqual([9, 10]);
  });

  it('are found as whole words in the text as the normaliser leaves it', async () => {
    const tokenizer = await loadTokenizer(grown);
    const [encoded] = await tokenizer.encodeBatch(['Kubernetes pods, ZÜRICH kubernetess'], { maxLength: 32 });
    expect([...encoded!.ids]).toEqual([2, 9, 7, 8, 1, 10, 4, 6, 5, 8, 3]);
  });

  it('as marks are found anywhere as they are written, and left out with the special ones', async () => {
    const tokenizer = await loadTokenizer(addTokens(from, ['[E1]'], { special: true }));
    const [encoded] = await tokenizer.encodeBatch(['x[E1]y [e1]'], { maxLength: 32 });
    const mark = tokenizer.idOf('[E1]')!;
    expect([...encoded!.ids].filter((id) => id === mark)).toEqual([mark]);
    expect(await tokenizer.decodeBatch([[mark]], { specialTokens: 'left-out' })).toEqual(['']);
  });

  it.each(['', 'two words', 'x'.repeat(600), '\ud800'])('are refused when they cannot be one: %j', (word) => {
    expect(() => addTokens(from, [word])).toThrow(expect.objectContaining({ code: 'TOKENIZER_INVALID' }));
  });

  it('are refused where a byte-level decoder would take their letters for bytes', () => {
    const byteLevel = JSON.stringify({ ...(JSON.parse(from) as object), decoder: { type: 'ByteLevel' } });
    expect(() => addTokens(byteLevel, ['Zürich'])).toThrow(
      expect.objectContaining({ code: 'TOKENIZER_INVALID' }),
    );
    expect(addTokens(byteLevel, ['Zurich', '蘇黎世'])).toContain('蘇黎世');
  });

  it('start as the mean of the pieces they were', async () => {
    const { embedding: next, vocabularySize } = await growEmbedding({ from, to: grown, embedding });
    expect(vocabularySize).toBe(11);
    expect(next.dims).toEqual([11, 2]);
    const rows = rowsOf(next);
    expect(rows.slice(0, 9)).toEqual(rowsOf(embedding));
    // kube ##r ##netes; nothing of Zürich is known, so it gets the mean of all.
    expect(rows.slice(9)).toEqual([row((4 + 6 + 5) / 3), row(4)]);
  });
});

describe('an embedding grown to another vocabulary', () => {
  const to = wordPieceJson(SPECIAL, ['##rnetes', 'pods', 'kube', 'ſ', '##s']);

  it('keeps the rows of the tokens that both have, wherever they stand', async () => {
    const rows = rowsOf((await growEmbedding({ from, to, embedding })).embedding);
    expect(rows).toEqual([
      ...[0, 1, 2, 3].map(row),
      row((6 + 5) / 2),
      row((7 + 8) / 2),
      row(4),
      row(4),
      row(8),
    ]);
  });

  it('takes a bias, and rows that stand for no token', async () => {
    const bias = float32Tensor([12], Float32Array.of(0, 1, 2, 3, 4, 5, 6, 7, 8, 99, 99, 99));
    const { embedding: next } = await growEmbedding({ from, to, embedding: bias });
    expect(next.dims).toEqual([9]);
    expect([...next.data]).toEqual([0, 1, 2, 3, 5.5, 7.5, 4, 4, 8]);
  });

  it('is refused with too few rows', async () => {
    const small = float32Tensor([8, 2]);
    await expect(growEmbedding({ from, to, embedding: small })).rejects.toMatchObject({
      code: 'SHAPE_MISMATCH',
    });
  });
});
