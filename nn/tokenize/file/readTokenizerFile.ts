import { duplicateKey } from '../../weights/duplicateKey.js';
import { checkDecoder } from './decoder.js';
import { flag, invalid, type Json, list, record } from './fields.js';
import { checkModel, currentModel } from './model.js';
import { checkNormalizer } from './normalizer.js';
import { checkPostProcessor } from './postProcessor.js';
import { checkPreTokenizer } from './preTokenizer.js';
import { readSegmentation, type Segmentation } from './segmentation.js';
import { type Vocabulary, withAddedTokens } from './vocabulary.js';

/** The largest file in wide use (Gemma 3's) has 33 MB. */
const BYTES_MAX = 2 ** 27;
const ADDED_TOKENS_MAX = 2 ** 20;
/** With this, `TEXT_LENGTH_MAX` spaces stay below the ten million steps after which the reference ends the process. */
const GROWTH_MAX = 2;
const FLAGS = ['single_word', 'lstrip', 'rstrip', 'normalized', 'special'];

/** A tokenizer.json in which nothing is left that the reference would not survive. */
export interface TokenizerFile {
  /** With neither padding nor truncation nor segmentation. */
  readonly json: Json;
  readonly segmentation: Segmentation | undefined;
  readonly vocabulary: Vocabulary;
}

/**
 * Reads and verifies the content of a tokenizer.json. The reference ends the process on many faults (a merge out of bounds,
 * a special token without an id, a table that points outside, an expression that backtracks), so each is looked for
 * here, and what is not known is refused.
 *
 * Throws TOKENIZER_INVALID.
 */
export function readTokenizerFile(content: Uint8Array | string): TokenizerFile {
  if (content.length > BYTES_MAX) throw invalid(`it has ${content.length} bytes, more than ${BYTES_MAX}`);
  const root = parse(typeof content === 'string' ? content : decode(content));
  const added = list(root['added_tokens'] ?? [], 'added_tokens').map((token) =>
    record(token, 'an added token'),
  );
  if (added.length > ADDED_TOKENS_MAX) throw invalid(`it adds ${added.length} tokens`);
  for (const token of added) for (const name of FLAGS) flag(token[name], `${name} of an added token`);
  const growth = checkNormalizer(root['normalizer']);
  if (checkPreTokenizer(root['pre_tokenizer']) && growth > GROWTH_MAX) {
    throw invalid(
      `its normalizer can make runs of spaces ${growth} times as long, which its pre_tokenizer would not survive`,
    );
  }
  const model = currentModel(record(root['model'], 'model'));
  const vocabulary = withAddedTokens(checkModel(model), added);
  checkPostProcessor(root['post_processor'], vocabulary);
  checkDecoder(root['decoder']);
  const segmentation = readSegmentation(root);
  const { segmentation: _, ...members } = root;
  return { json: { ...members, model, padding: null, truncation: null }, segmentation, vocabulary };
}

/** The content of a tokenizer.json: what `readTokenizerFile` gave, changed. */
export function tokenizerText({ json, segmentation }: Omit<TokenizerFile, 'vocabulary'>): string {
  return JSON.stringify(segmentation === undefined ? json : { ...json, segmentation });
}

function parse(text: string): Json {
  let root: unknown;
  try {
    root = JSON.parse(text);
  } catch (cause) {
    throw invalid('it is not JSON', cause);
  }
  const repeated = duplicateKey(text);
  if (repeated !== undefined) throw invalid(`${JSON.stringify(repeated)} occurs twice in one object`);
  return record(root, 'it');
}

function decode(bytes: Uint8Array): string {
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes);
  } catch (cause) {
    throw invalid('it is not UTF-8 text', cause);
  }
}
