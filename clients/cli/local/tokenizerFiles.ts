import { mkdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { plumblineError } from '../../../contracts/index.js';
import type { VocabularyKind } from '../../../nn/index.js';
import { count } from '../format.js';
import { corpusFiles, readTexts } from './corpus.js';

export interface CorpusRequest {
  readonly corpus: readonly string[];
  readonly field: string;
  readonly segment: boolean;
  readonly minimumFrequency: number | undefined;
  readonly out: string;
  readonly signal: AbortSignal;
  readonly onProgress: (line: string) => void;
}

export interface TrainRequest extends CorpusRequest {
  readonly kind: VocabularyKind;
  readonly size: number;
}

export interface GrowRequest extends CorpusRequest {
  readonly base: string;
  readonly add: number;
}

/** A tokenizer.json has 33 MB at most in wide use. */
const BYTES_MAX = 2 ** 27;

/**
 * Trains a vocabulary on a corpus and writes tokenizer.json and tokenizer_config.json.
 * @returns what was made, for people
 */
export const trainTokenizer = async (request: TrainRequest): Promise<string> => {
  const { kind, size, signal, onProgress } = request;
  const files = corpusFiles(request.corpus);
  const nn = await import('../../../nn/index.js');
  const blank = nn.blankTokenizer(kind);
  const trained = await nn.trainVocabulary(
    request.segment ? nn.withSegmentation(blank) : blank,
    texts(files, request),
    {
      vocabularySize: size,
      ...(request.minimumFrequency === undefined ? {} : { minimumFrequency: request.minimumFrequency }),
      signal,
      onProgress: (done, most) => onProgress(`learning · ${count(done)}/${count(most)} tokens`),
    },
  );
  const { vocabularySize } = await nn.loadTokenizer(trained);
  writeFiles(request.out, {
    'tokenizer.json': trained,
    'tokenizer_config.json': settings(nn.BLANK_TOKENS[kind]),
  });
  return `${join(request.out, 'tokenizer.json')}: ${kind}, ${count(vocabularySize)} tokens`;
};

/**
 * Gives a model's tokenizer the most useful words of a corpus as tokens; where the folder has weights too, their
 * embeddings grow with it.
 * @returns what was made, for people
 */
export const growTokenizer = async (request: GrowRequest): Promise<string> => {
  const { base, add, out, signal } = request;
  const from = readFile(base, 'tokenizer.json');
  const files = corpusFiles(request.corpus);
  const nn = await import('../../../nn/index.js');
  const start = request.segment ? nn.withSegmentation(from) : from;
  const words = await nn.findDomainWords(start, texts(files, request), {
    count: add,
    ...(request.minimumFrequency === undefined ? {} : { minimumFrequency: request.minimumFrequency }),
    signal,
  });
  if (words.length === 0)
    throw plumblineError('REQUEST_INVALID', 'no word of the corpus would save tokens; nothing was written');
  const to = nn.addTokens(
    start,
    words.map(({ text }) => text),
  );
  const saved = words.reduce((sum, word) => sum + word.saved * word.occurrences, 0);
  const found = `${count(words.length)} words added, ${count(saved)} tokens fewer in the corpus: ${words
    .slice(0, 8)
    .map(({ text }) => text)
    .join(', ')}${words.length > 8 ? ', …' : ''}`;
  if (!isThere(base, 'config.json')) {
    writeFiles(out, { 'tokenizer.json': to });
    return `${join(out, 'tokenizer.json')}: ${found}`;
  }
  request.onProgress('growing the embeddings');
  const configJson = parse(readFile(base, 'config.json'));
  const grown = await nn.growCheckpoint(
    { configJson, weights: nn.readCheckpointFolder(base) },
    { from: start, to },
  );
  mkdirSync(out, { recursive: true });
  nn.writeCheckpointFolder(out, grown.weights);
  const others = ['tokenizer_config.json', 'special_tokens_map.json', 'generation_config.json'].filter(
    (name) => isThere(base, name),
  );
  writeFiles(out, {
    ...Object.fromEntries(others.map((name) => [name, readFile(base, name)])),
    'config.json': nn.configText(grown.configJson),
    'tokenizer.json': to,
  });
  return `${out}: a model of ${count(Number(grown.configJson['vocab_size']))} tokens; ${found}`;
};

const texts = (files: readonly string[], { field, signal, onProgress }: CorpusRequest) =>
  readTexts(files, { field, signal, onText: (done) => onProgress(`reading · ${count(done)} texts`) });

const settings = (tokens: Readonly<Record<string, string>>): string =>
  `${JSON.stringify({ tokenizer_class: 'PreTrainedTokenizerFast', ...tokens }, null, 2)}\n`;

const isThere = (folder: string, name: string): boolean =>
  statSync(join(folder, name), { throwIfNoEntry: false })?.isFile() === true;

/** @throws OBJECT_NOT_FOUND, REQUEST_INVALID for a file that is too large */
const readFile = (folder: string, name: string): Uint8Array => {
  const path = join(folder, name);
  const size = statSync(path, { throwIfNoEntry: false })?.size;
  if (size === undefined) throw plumblineError('OBJECT_NOT_FOUND', `${path} is missing`);
  if (size > BYTES_MAX) throw plumblineError('REQUEST_INVALID', `${path} is larger than ${BYTES_MAX} bytes`);
  return readFileSync(path);
};

const parse = (bytes: Uint8Array): Record<string, unknown> => {
  try {
    const found: unknown = JSON.parse(new TextDecoder().decode(bytes));
    if (typeof found === 'object' && found !== null) return found as Record<string, unknown>;
  } catch (cause) {
    throw plumblineError('BASE_MODEL_UNSUPPORTED', 'config.json is not JSON', { cause });
  }
  throw plumblineError('BASE_MODEL_UNSUPPORTED', 'config.json must hold an object');
};

const writeFiles = (folder: string, files: Readonly<Record<string, string | Uint8Array>>): void => {
  mkdirSync(folder, { recursive: true });
  for (const [name, content] of Object.entries(files)) writeFileSync(join(folder, name), content);
};
