import { tinyTokenizerJson } from './tinyTokenizer.js';

type Members = Readonly<Record<string, unknown>>;

const BPE = {
  type: 'BPE',
  dropout: null,
  unk_token: null,
  continuing_subword_prefix: null,
  end_of_word_suffix: null,
  fuse_unk: false,
  byte_fallback: false,
  vocab: { a: 0, b: 1, ab: 2 },
  merges: [['a', 'b']],
};

const file = (members: Members, model: Members = {}): string =>
  JSON.stringify({
    version: '1.0',
    added_tokens: [],
    normalizer: null,
    pre_tokenizer: null,
    post_processor: null,
    decoder: null,
    model: { ...BPE, ...model },
    ...members,
  });

const addedToken = (content: string, id: number) => ({
  id,
  content,
  single_word: false,
  lstrip: false,
  rstrip: false,
  normalized: false,
  special: true,
});
const split = (Regex: string) => ({
  type: 'Split',
  pattern: { Regex },
  behavior: 'Isolated',
  invert: false,
});
const replace = (from: string, content: string) => ({ type: 'Replace', pattern: { String: from }, content });
const sequenceA = { Sequence: { id: 'A', type_id: 0 } };
const sequenceB = { Sequence: { id: 'B', type_id: 0 } };
const template = (members: Members) => ({
  type: 'TemplateProcessing',
  single: [sequenceA],
  pair: [sequenceA, sequenceB],
  special_tokens: {},
  ...members,
});
const charsMap = (trie: readonly number[], forms = ''): string => {
  const units = Uint32Array.of(trie.length * 4, ...trie);
  return Buffer.concat([Buffer.from(units.buffer), Buffer.from(forms)]).toString('base64');
};
const precompiled = (precompiled_charsmap: string) =>
  file({ normalizer: { type: 'Precompiled', precompiled_charsmap } });
const nested = (depth: number) =>
  file({}).replace('"normalizer":null', () => {
    const open = '{"type":"Sequence","normalizers":[';
    return `"normalizer":${open.repeat(depth)}${']}'.repeat(depth)}`;
  });

/** A trie of 512 units whose root leads to unit `a`, a leaf whose value is at its children. */
const trieWithLeaf = (value: number): number[] => {
  const units = new Array<number>(512).fill(0);
  units[0] = 256 << 10;
  units[256 ^ 0x61] = ((0x61 << 10) | (1 << 8) | 0x61) >>> 0;
  units[256] = value;
  return units;
};

/**
 * Files with one fault each. Given to the native library as they are, a third of them end the process, five keep it busy
 * for ever or until memory ends, and a third are taken as if they were sound.
 */
export const hostileFiles: Readonly<Record<string, string | Uint8Array>> = {
  'no JSON': '{"version":"1.0"',
  'no UTF-8': new Uint8Array([0xff]),
  'a list': '[]',
  'no model': '{"version":"1.0"}',
  'a key given twice': tinyTokenizerJson.replace('"version":"1.0"', '"version":"1.0","version":"1.0"'),
  'a deep normalizer': nested(20_000),
  'a deep member of no meaning': file({ extra: null }).replace(
    '"extra":null',
    `"extra":${'['.repeat(200_000)}${']'.repeat(200_000)}`,
  ),
  'an unknown model': file({}, { type: 'Markov' }),
  'an unknown pre-tokenizer': file({ pre_tokenizer: { type: 'FixedLength', length: 0 } }),
  'a merge of tokens that are none': file({}, { merges: [['a', 'z']] }),
  'a merge to a token that is none': file({}, { merges: [['ab', 'ab']] }),
  'a merge of three': file({}, { merges: [['a', 'b', 'ab']] }),
  'a merge without its prefix': file({}, { continuing_subword_prefix: '##' }),
  'a merge in half a string': file({}, { merges: ['ab'] }),
  'random dropout': file({}, { dropout: 0.5 }),
  'two tokens of one id': file({}, { vocab: { a: 0, b: 0, ab: 2 } }),
  'a giant id': file({}, { vocab: { a: 4_294_967_295, b: 1, ab: 2 } }),
  'a negative id': file({}, { vocab: { a: -1, b: 1, ab: 2 } }),
  'half an id': file({}, { vocab: { a: 0.5, b: 1, ab: 2 } }),
  'a giant token': file({}, { vocab: { a: 0, b: 1, ab: 2, ['x'.repeat(70_000)]: 3 } }),
  'half a character as token': file({}, { vocab: { a: 0, b: 1, ab: 2, '\ud800': 3 } }),
  'an empty vocabulary': file({}, { vocab: {}, merges: [] }),
  'an unknown token that is none': file({}, { unk_token: 'z' }),
  'an added token that takes an id': file({ added_tokens: [addedToken('z', 2)] }),
  'an added token beyond all ids': file({ added_tokens: [addedToken('z', 4_294_967_295)] }),
  'an added token after a gap': file({ added_tokens: [addedToken('z', 1000)] }),
  'an added token with two ids': file({ added_tokens: [addedToken('z', 3), addedToken('z', 4)] }),
  'an empty added token': file({ added_tokens: [addedToken('', 3)] }),
  'a template with an unknown token': file({
    post_processor: template({ single: [sequenceA, { SpecialToken: { id: 'Z', type_id: 0 } }] }),
  }),
  'a single template with a second text': file({ post_processor: template({ single: [sequenceB] }) }),
  'a template without a text': file({ post_processor: template({ single: [] }) }),
  'a special token with more ids than names': file({
    post_processor: template({ special_tokens: { a: { id: 'a', ids: [0, 1], tokens: ['a'] } } }),
  }),
  'a special token with a wrong id': file({
    post_processor: { type: 'BertProcessing', sep: ['a', 1], cls: ['b', 1] },
  }),
  'two templates': file({
    post_processor: { type: 'Sequence', processors: [template({}), template({})] },
  }),
  'an expression with nested repetition': file({ pre_tokenizer: split('(a+)+$') }),
  'an expression with repetitions in a row': file({ pre_tokenizer: split('a*a*c') }),
  'an expression of many options': file({ pre_tokenizer: split('a?'.repeat(40) + 'a'.repeat(40)) }),
  'an expression that looks back': file({
    normalizer: { type: 'Replace', pattern: { Regex: '(a)\\1' }, content: '' },
  }),
  'an empty pattern': file({ normalizer: replace('', 'x') }),
  'a text that doubles forty times': file({
    normalizer: { type: 'Sequence', normalizers: new Array(30).fill(replace('a', 'aa')) },
  }),
  'longer runs of spaces for GPT-2': file({
    normalizer: replace('a', ' '.repeat(100)),
    pre_tokenizer: { type: 'ByteLevel', add_prefix_space: false, trim_offsets: true, use_regex: true },
  }),
  'bytes of bytes of bytes': file({
    pre_tokenizer: {
      type: 'Sequence',
      pretokenizers: new Array(30).fill({
        type: 'ByteLevel',
        add_prefix_space: false,
        trim_offsets: true,
        use_regex: false,
      }),
    },
  }),
  'a decoder that strips ends': file({ decoder: { type: 'Strip', content: 'a', start: 0, stop: 5 } }),
  'a table that is not base64': precompiled('*'),
  'an empty table': precompiled(''),
  'a table that is cut': precompiled(Buffer.from([8, 0, 0, 0, 1, 0, 0, 0]).toString('base64')),
  'a table of one unit': precompiled(charsMap([0])),
  'a table that leads outside': precompiled(charsMap([0xffff_ffff])),
  'a replacement outside': precompiled(charsMap(trieWithLeaf(900), 'x\0')),
  'a replacement without an end': precompiled(charsMap(trieWithLeaf(0), 'x')),
  'half a character as replacement': precompiled(charsMap(trieWithLeaf(1), 'é\0')),
  'a giant replacement': precompiled(charsMap(trieWithLeaf(0), `${'x'.repeat(5000)}\0`)),
  'a unigram model without unknown': file(
    {},
    { type: 'Unigram', vocab: [['b', -1]], unk_id: null, byte_fallback: false },
  ),
  'a unigram model with a token twice': file(
    {},
    {
      type: 'Unigram',
      vocab: [
        ['b', -1],
        ['b', -2],
      ],
      unk_id: 0,
      byte_fallback: false,
    },
  ),
  'words of any length': file(
    {},
    {
      type: 'WordPiece',
      unk_token: 'a',
      continuing_subword_prefix: '##',
      max_input_chars_per_word: 2 ** 40,
    },
  ),
};

/** The same table with nothing wrong, so that the faults above are what is refused. */
export const soundCharsMapFile = precompiled(charsMap(trieWithLeaf(0), 'b\0'));
