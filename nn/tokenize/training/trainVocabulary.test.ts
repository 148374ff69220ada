import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { tinyTokenizerJson } from '../testing/tinyTokenizer.js';
import { loadTokenizer } from '../tokenizer.js';
import { countWords } from './countWords.js';
import { type MergeCandidate, MergeQueue } from './mergeQueue.js';
import { trainVocabulary } from './trainVocabulary.js';

const CORPUS = [
  'Deploy the cluster, deploy the pods.',
  'The pods of the cluster are deployed; deploying pods again.',
];
const OPTIONS = { vocabularySize: 60 };

const template = {
  version: '1.0',
  added_tokens: ['<eot>', 'Zurich'].map((content, i) => ({
    id: 3 + i,
    content,
    single_word: false,
    lstrip: false,
    rstrip: false,
    normalized: false,
    special: i === 0,
  })),
  normalizer: { type: 'NFC' },
  pre_tokenizer: { type: 'ByteLevel', add_prefix_space: false, trim_offsets: true, use_regex: true },
  post_processor: {
    type: 'Sequence',
    processors: [
      { type: 'ByteLevel', add_prefix_space: false, trim_offsets: false, use_regex: true },
      {
        type: 'TemplateProcessing',
        single: [{ SpecialToken: { id: 'start', type_id: 0 } }, { Sequence: { id: 'A', type_id: 0 } }],
        pair: [{ Sequence: { id: 'A', type_id: 0 } }, { Sequence: { id: 'B', type_id: 0 } }],
        special_tokens: { start: { id: 'start', ids: [3], tokens: ['<eot>'] } },
      },
    ],
  },
  decoder: { type: 'ByteLevel', add_prefix_space: true, trim_offsets: true, use_regex: true },
  model: { type: 'BPE', vocab: { a: 0, b: 1, ab: 2 }, merges: [['a', 'b']] },
};
const byteLevelJson = JSON.stringify(template);

describe('a vocabulary for a domain', () => {
  it('has the special tokens first and splits the domain into its words', async () => {
    const tokenizer = await loadTokenizer(await trainVocabulary(tinyTokenizerJson, CORPUS, OPTIONS));
    expect([0, 1, 2, 3].map((id) => tokenizer.tokenOf(id))).toEqual(['[PAD]', '[UNK]', '[CLS]', '[SEP]']);
    const [encoded] = await tokenizer.encodeBatch(['DEPLOY pods'], { maxLength: 16 });
    expect([...encoded!.ids].map((id) => tokenizer.tokenOf(id))).toEqual([
      '[CLS]',
      'deploy',
      'pods',
      '[SEP]',
    ]);
    expect(tokenizer.vocabularySize).toBeLessThanOrEqual(OPTIONS.vocabularySize);
  });

  it('has all bytes, so that every text comes back, and new ids where the file names ids', async () => {
    const json = await trainVocabulary(byteLevelJson, CORPUS, { vocabularySize: 270 });
    const tokenizer = await loadTokenizer(json);
    expect(tokenizer.vocabularySize).toBe(271);
    expect([tokenizer.idOf('<eot>'), tokenizer.idOf('Zurich')]).toEqual([0, 270]);
    const text = 'pods 中文 👩‍👩‍👧 e\u0301 \u0000 Zurich é';
    const [encoded] = await tokenizer.encodeBatch([text], { maxLength: 64 });
    expect([...encoded!.ids].filter((id) => id === 0 || id === 270)).toEqual([0, 270]);
    expect(await tokenizer.decodeBatch([encoded!.ids], { specialTokens: 'left-out' })).toEqual([
      text.normalize('NFC'),
    ]);
  });

  it('is the same file for the same texts, from a list or a stream', async () => {
    async function* stream() {
      yield* CORPUS;
    }
    const once = await trainVocabulary(tinyTokenizerJson, CORPUS, OPTIONS);
    expect(await trainVocabulary(tinyTokenizerJson, stream(), OPTIONS)).toBe(once);
  });

  it('says how far it is', async () => {
    const seen: [number, number][] = [];
    const onProgress = (done: number, most: number) => seen.push([done, most]);
    await trainVocabulary(tinyTokenizerJson, CORPUS, { ...OPTIONS, onProgress });
    expect(seen.every(([done, most], i) => most === 60 && done >= (seen[i - 1]?.[0] ?? 0))).toBe(true);
    expect(seen.length).toBeGreaterThan(3);
  });

  it('stops when asked to', async () => {
    const signal = AbortSignal.abort();
    await expect(trainVocabulary(tinyTokenizerJson, CORPUS, { ...OPTIONS, signal })).rejects.toMatchObject({
      code: 'CANCELLED',
    });
  });

  it('keeps only the most frequent characters where it is told to', async () => {
    const json = await trainVocabulary(tinyTokenizerJson, CORPUS, { ...OPTIONS, alphabetMax: 4 });
    const tokenizer = await loadTokenizer(json);
    const alphabet = ['d', 'e', 'h', 'l', 'o', 'p', 's', 't', 'y', 'z'].filter((letter) =>
      tokenizer.idOf(letter),
    );
    expect(alphabet).toHaveLength(4);
  });

  it('is refused for no room, no size and tokenizers of other kinds', async () => {
    const refused = (json: string, vocabularySize: number) =>
      expect(trainVocabulary(json, CORPUS, { vocabularySize })).rejects;
    await refused(tinyTokenizerJson, 10).toMatchObject({ code: 'SHAPE_MISMATCH' });
    await refused(tinyTokenizerJson, 2 ** 40).toMatchObject({ code: 'SHAPE_MISMATCH' });
    await refused(JSON.stringify({ ...template, pre_tokenizer: { type: 'Whitespace' } }), 300).toMatchObject({
      code: 'TOKENIZER_INVALID',
    });
  });
});

describe('counted words', () => {
  const split = (text: string) => text.split(' ');

  it('forget the rarest past the bound', async () => {
    const counts = await countWords(['a a a b b c d', 'a e f g'], split, { distinctWordsMax: 3 });
    expect(counts.size).toBeLessThanOrEqual(3);
    expect(counts.get('a')).toBe(4);
  });
});

describe('the merge queue', () => {
  it('gives the highest count first and the smaller pair of equal counts', () => {
    const candidate = fc.record({ key: fc.nat(20), count: fc.nat(5), words: fc.constant([]) });
    fc.assert(
      fc.property(fc.array(candidate), (candidates) => {
        const queue = new MergeQueue();
        for (const one of candidates) queue.push(one);
        const popped: MergeCandidate[] = [];
        for (let top = queue.pop(); top; top = queue.pop()) popped.push(top);
        expect(popped).toEqual([...candidates].sort((a, b) => b.count - a.count || a.key - b.key));
      }),
    );
  });
});
