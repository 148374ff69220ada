import { flag, IDS_MAX, invalid, type Json, list, natural, oneOf, text } from './fields.js';
import { readVocabulary, type Vocabulary } from './vocabulary.js';

const TYPES = ['BPE', 'Unigram', 'WordLevel', 'WordPiece'] as const;

/** BERT's is 100; the work for a word is quadratic in its length. */
const WORD_LENGTH_MAX = 1000;

/** The model as files of today have it: older ones (GPT-2's) name no type, and an empty unknown token for none. */
export function currentModel(model: Json): Json {
  const type = model['type'] ?? legacyType(model);
  return type === 'BPE' && model['unk_token'] === ''
    ? { ...model, type, unk_token: null }
    : { ...model, type };
}

/** In the order in which the reference tries them. */
function legacyType(model: Json): (typeof TYPES)[number] {
  if (model['merges'] !== undefined) return 'BPE';
  if (model['max_input_chars_per_word'] !== undefined) return 'WordPiece';
  return Array.isArray(model['vocab']) ? 'Unigram' : 'WordLevel';
}

/** Verifies the model and returns its vocabulary. Throws TOKENIZER_INVALID. */
export function checkModel(model: Json): Vocabulary {
  switch (oneOf(model['type'], TYPES, 'model.type')) {
    case 'BPE':
      return checkBpe(model);
    case 'Unigram':
      return checkUnigram(model);
    case 'WordLevel':
      return withUnknown(readVocabulary(model['vocab']), model['unk_token']);
    case 'WordPiece': {
      text(model['continuing_subword_prefix'], 'model.continuing_subword_prefix');
      natural(model['max_input_chars_per_word'], WORD_LENGTH_MAX + 1, 'model.max_input_chars_per_word');
      return withUnknown(readVocabulary(model['vocab']), model['unk_token']);
    }
  }
}

function withUnknown(vocabulary: Vocabulary, token: unknown): Vocabulary {
  if (!vocabulary.has(text(token, 'model.unk_token'))) {
    throw invalid(`its unk_token ${JSON.stringify(token)} is not in the vocabulary`);
  }
  return vocabulary;
}

function checkBpe(model: Json): Vocabulary {
  const {
    unk_token: unknown,
    continuing_subword_prefix: prefix,
    end_of_word_suffix: suffix,
    dropout,
  } = model;
  if (dropout !== null && dropout !== undefined && dropout !== 0) {
    throw invalid('its dropout makes ids random; set it to null');
  }
  for (const name of ['fuse_unk', 'byte_fallback', 'ignore_merges']) {
    if (model[name] !== undefined) flag(model[name], `model.${name}`);
  }
  for (const affix of [prefix, suffix]) if (affix !== null && affix !== undefined) text(affix, 'an affix');
  const vocabulary = readVocabulary(model['vocab']);
  for (const merge of list(model['merges'], 'model.merges')) {
    checkMerge(merge, vocabulary, typeof prefix === 'string' ? prefix : '');
  }
  return unknown === null || unknown === undefined ? vocabulary : withUnknown(vocabulary, unknown);
}

/** Both forms of the format: `"left right"` of older files, `["left", "right"]` of newer ones. */
function checkMerge(merge: unknown, vocabulary: Vocabulary, prefix: string): void {
  const parts: readonly unknown[] = typeof merge === 'string' ? merge.split(' ') : list(merge, 'a merge');
  const [left, right] = parts;
  const known =
    parts.length === 2 &&
    typeof left === 'string' &&
    typeof right === 'string' &&
    right.startsWith(prefix) &&
    vocabulary.has(left) &&
    vocabulary.has(right) &&
    vocabulary.has(left + right.slice(prefix.length));
  if (!known) {
    throw invalid(`the merge ${JSON.stringify(merge)?.slice(0, 200)} does not join two tokens to a third`);
  }
}

function checkUnigram({ vocab, unk_id: unknown, byte_fallback: fallback }: Json): Vocabulary {
  const pieces = list(vocab, 'model.vocab');
  if (pieces.length > IDS_MAX) throw invalid(`its vocabulary has ${pieces.length} tokens`);
  const vocabulary = new Map<string, number>();
  pieces.forEach((piece, id) => {
    const [token, score, ...rest] = list(piece, 'a piece');
    text(token, 'a token');
    if (typeof score !== 'number' || rest.length > 0) throw invalid(`piece ${id} is not a token and a score`);
    if (vocabulary.has(token as string)) throw invalid(`the token ${JSON.stringify(token)} occurs twice`);
    vocabulary.set(token as string, id);
  });
  if (fallback !== undefined) flag(fallback, 'model.byte_fallback');
  natural(unknown, pieces.length, 'model.unk_id');
  return vocabulary;
}
