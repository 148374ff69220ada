import { beforeAll, describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { segmentWords } from './chineseTokenizer.js';
import { createWordSegmenter, type WordSegmenter } from './chineseWords.js';
import { wordPieceJson } from './testing/wordPieceJson.js';
import { loadTokenizer } from './tokenizer.js';

const SPECIAL = ['[PAD]', '[UNK]', '[CLS]', '[SEP]'];
const WORDS = [
  '我们',
  '在',
  '上',
  '部署',
  '模型',
  '云',
  '计算',
  '平台',
  '云计算平台',
  'kubernetes',
  '。',
  '😀',
];
/** Chinese words stay whole. */
const normalizer = {
  type: 'BertNormalizer',
  clean_text: true,
  handle_chinese_chars: false,
  strip_accents: null,
  lowercase: true,
};
const wordsJson = wordPieceJson(SPECIAL, WORDS, { normalizer });
const TEXT = '我们在Kubernetes上部署😀云计算平台。';

const wordsOf = (segmenter: WordSegmenter, text: string) => {
  const ends = segmenter.wordEnds(text);
  return ends.map((end, i) => text.slice(ends[i - 1] ?? 0, end));
};

describe('Chinese words', () => {
  let segmenter: WordSegmenter;
  let withUserWords: WordSegmenter;
  beforeAll(async () => {
    segmenter = await createWordSegmenter();
    withUserWords = await createWordSegmenter([{ text: '云计算平台' }]);
  });

  it('are those of the dictionary, or of the user', () => {
    expect(wordsOf(segmenter, TEXT)).toEqual([
      '我们',
      '在',
      'Kubernetes',
      '上',
      '部署',
      '😀',
      '云',
      '计算',
      '平台',
      '。',
    ]);
    expect(wordsOf(withUserWords, TEXT)).toEqual([
      '我们',
      '在',
      'Kubernetes',
      '上',
      '部署',
      '😀',
      '云计算平台',
      '。',
    ]);
  });

  it('are told apart by spaces; other text stays as it is', () => {
    expect(withUserWords.spaced("Don't: 模型部署 v1.2").text).toBe("Don't: 模型 部署 v1.2");
  });

  it('become whole tokens whose places are those in the text', async () => {
    const tokenizer = segmentWords(await loadTokenizer(wordsJson), withUserWords);
    const pair = ['模型', TEXT] as const;
    const overflow = { kind: 'cut-longest' } as const;
    const [[spans] = []] = await tokenizer.encodeSpans([pair], { maxLength: 32, overflow });
    const tokens = [...spans!.ids].map((id, i) => {
      const text = pair[spans!.segments[i] as 0 | 1];
      return [tokenizer.tokenOf(id), text.slice(spans!.starts[i], spans!.ends[i])];
    });
    expect(tokens).toEqual(
      ['模型', ...wordsOf(withUserWords, TEXT)].map((word) => [word.toLowerCase(), word]),
    );
    const [{ ids } = { ids: null }] = await tokenizer.encodeBatch([TEXT], { maxLength: 32 });
    expect([...ids!].slice(1, -1)).toEqual([...spans!.ids].slice(1));
  });

  it('cover every text, and every place in the spaced text has one in the text before', () => {
    const parts = fc.constantFrom('我们', '云计算', '，', ' ', '\n', 'abc', '1', '😀', '\ud800', 'é', '𠀀');
    fc.assert(
      fc.property(fc.array(parts), (list) => {
        const text = list.join('');
        expect(segmenter.wordEnds(text).at(-1) ?? 0).toBe(text.length);
        const spaced = segmenter.spaced(text);

        for (let i = 0; i < spaced.text.length; i++) {
          const [before, after] = [spaced.original(i), spaced.original(i + 1)];
          if (before < after) expect(text.slice(before, after)).toBe(spaced.text[i]);
          else expect(spaced.text[i]).toBe(' ');
        }
        expect(spaced.original(spaced.text.length)).toBe(text.length);
      }),
      { numRuns: 200 },
    );
  });

  it('of the user are refused where they are no words', async () => {
    for (const word of ['', '云 计算', 'a\nb', '\ud800']) {
      await expect(createWordSegmenter([{ text: word }])).rejects.toMatchObject({
        code: 'TOKENIZER_INVALID',
      });
    }
    await expect(createWordSegmenter([{ text: '云', frequency: 0.5 }])).rejects.toMatchObject({
      code: 'TOKENIZER_INVALID',
    });
  });
});
