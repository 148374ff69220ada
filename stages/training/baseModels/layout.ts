import { mkdir, readFile } from 'node:fs/promises';
import { dirname, join, posix } from 'node:path';
import { plumblineError } from '../../../contracts/index.js';
import { readCheckpointIndex } from '../../../nn/index.js';
import { parseModelConfig } from './architecture.js';
import { BYTES_MAX } from './source.js';

const SINGLE = 'model.safetensors';
const INDEX = 'model.safetensors.index.json';

/** The files of one model where it is published. */
export interface PublishedFiles {
  /** The names of all files, relative to the model. Asked for only when no checkpoint is found. */
  list(): Promise<readonly string[]>;
  /** Writes a file to `path`. @returns false when there is no such file */
  fetch(name: string, path: string, bytesMax: number): Promise<boolean>;
}

export interface LayoutRequest {
  readonly files: PublishedFiles;
  readonly folder: string;
  readonly reference: string;
  /** The GGUF file asked for; without it the files there are decide. */
  readonly gguf?: string | undefined;
}

/**
 * Brings the files that make a model into a folder: config.json, tokenizer.json and model.safetensors or its shards,
 * else one GGUF file, with the tokenizer.json beside it where there is one. Small files come first, so that a model
 * that cannot be used costs no download of its weights.
 * @returns the names of the files
 * @throws BASE_MODEL_NOT_FOUND, BASE_MODEL_UNSUPPORTED, WEIGHTS_CORRUPT, and what `files` throws
 */
export const fetchModel = async (request: LayoutRequest): Promise<readonly string[]> => {
  const { folder, reference, gguf } = request;
  if (gguf !== undefined) return fetchGguf(request, gguf);
  const fetchSmall = (name: 'config.json' | 'tokenizer.json') =>
    request.files.fetch(name, join(folder, name), BYTES_MAX[name]);
  if (!(await fetchSmall('config.json'))) return fetchGguf(request, await onlyGguf(request, 'config.json'));
  parseModelConfig(await readFile(join(folder, 'config.json')), reference);
  if (!(await fetchSmall('tokenizer.json')))
    return fetchGguf(request, await onlyGguf(request, 'tokenizer.json'));
  const weights = await fetchCheckpoint(request);
  if (weights === null) return fetchGguf(request, await onlyGguf(request, SINGLE));
  return ['config.json', 'tokenizer.json', ...weights];
};

/** @returns null when there is no checkpoint. */
const fetchCheckpoint = async (request: LayoutRequest): Promise<readonly string[] | null> => {
  const { files, folder, reference } = request;
  if (await files.fetch(SINGLE, join(folder, SINGLE), BYTES_MAX.weights)) return [SINGLE];
  const index = join(folder, INDEX);
  if (!(await files.fetch(INDEX, index, BYTES_MAX[INDEX]))) return null;
  const shards = [...readCheckpointIndex(await readFile(index)).keys()];
  for (const shard of shards) {
    const path = join(folder, shard);
    await mkdir(dirname(path), { recursive: true });
    if (!(await files.fetch(shard, path, BYTES_MAX.weights)))
      throw plumblineError('BASE_MODEL_NOT_FOUND', `${reference} has no ${shard}, which its index names`);
  }
  return [INDEX, ...shards];
};

const fetchGguf = async (request: LayoutRequest, gguf: string): Promise<readonly string[]> => {
  const { files, folder, reference } = request;
  const beside = posix.join(posix.dirname(gguf), 'tokenizer.json');
  const tokenizer = join(folder, 'tokenizer.json');
  const hasTokenizer = await files.fetch(beside, tokenizer, BYTES_MAX['tokenizer.json']);
  const name = posix.basename(gguf);
  if (!(await files.fetch(gguf, join(folder, name), BYTES_MAX.weights)))
    throw plumblineError('BASE_MODEL_NOT_FOUND', `${reference}: there is no file ${gguf}`);
  return [...(hasTokenizer ? ['tokenizer.json'] : []), name];
};

/** A GGUF file stands in for a checkpoint that is not there, but not for one that lacks a part. */
const onlyGguf = async ({ files, reference }: LayoutRequest, missing: string): Promise<string> => {
  const names = await files.list();
  const found = names.filter((name) => name.endsWith('.gguf'));
  const [first] = found;
  if (first === undefined || names.includes(SINGLE) || names.includes(INDEX))
    throw plumblineError('BASE_MODEL_NOT_FOUND', `${reference} has no ${missing}; ${WANTED}`);
  if (found.length > 1)
    throw plumblineError(
      'BASE_MODEL_UNSUPPORTED',
      `${reference} has ${found.length} .gguf files and no checkpoint; name one of them in training.base.model`,
      { details: { found: found.slice(0, 50) } },
    );
  return first;
};

const WANTED = `a model is config.json, tokenizer.json and ${SINGLE} or ${INDEX} with its shards, or one .gguf file`;
