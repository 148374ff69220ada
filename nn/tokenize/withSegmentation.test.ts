import { describe, expect, it } from '@jest/globals';
import { addTokens } from './addTokens.js';
import { segmentWords } from './chineseTokenizer.js';
import { createWordSegmenter } from './chineseWords.js';
import { wordPieceJson } from './testing/wordPieceJson.js';
import { loadTokenizer } from './tokenizer.js';
import { trainVocabulary } from './training/trainVocabulary.js';
import { withSegmentation } from './withSegmentation.js';

const SPECIAL = ['[PAD]', '[UNK]', '[CLS]', '[SEP]'];
const json = wordPieceJson(SPECIAL, ['a']);
const userWords = [{ text: '云原生' }, { text: '数据网格', frequency: 5 }];
const text = '云原生的数据网格';
const wordsOf = (content: string) =>
  (JSON.parse(content) as { segmentation: { words: unknown } }).segmentation.words;

describe('a tokenizer.json with segmentation', () => {
  const grown = addTokens(withSegmentation(json, userWords), ['云原生']);

  it('is read with the segmenter before it', async () => {
    const segmenter = await createWordSegmenter(userWords);
    const expected = segmentWords(await loadTokenizer(addTokens(json, ['云原生'])), segmenter);
    const tokenizer = await loadTokenizer(grown);
    const options = { maxLength: 40, overflow: { kind: 'cut-last' } } as const;
    expect(await tokenizer.encodeBatch([text], options)).toEqual(await expected.encodeBatch([text], options));
    expect(await tokenizer.encodeSpans([text], options)).toEqual(await expected.encodeSpans([text], options));
  });

  it('keeps it when words are added and when its vocabulary is trained anew', async () => {
    expect(wordsOf(grown)).toEqual(userWords);
    expect(wordsOf(await trainVocabulary(grown, [text], { vocabularySize: 60 }))).toEqual(userWords);
  });

  it.each([
    [{ type: 'Other' }],
    [{ type: 'Jieba', words: 'none' }],
    [{ type: 'Jieba', words: [{ text: 5 }] }],
    [{ type: 'Jieba', words: [{ text: '云', frequency: 1e9 }] }],
    [{ type: 'Jieba', words: [{ text: 'two words' }] }],
    ['Jieba'],
  ])('is refused with %j', async (segmentation) => {
    const content = JSON.stringify({ ...(JSON.parse(json) as object), segmentation });
    await expect(loadTokenizer(content)).rejects.toMatchObject({ code: 'TOKENIZER_INVALID' });
  });
});
