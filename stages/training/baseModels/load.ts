import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import {
  type BaseModel,
  type BlobRef,
  plumblineError,
  type TrainingRecipe,
} from '../../../contracts/index.js';
import { countCheckpointParameters, describeGgufFile, type ModelWeights } from '../../../nn/index.js';
import { sha256Hex } from '../../digest.js';
import { throwIfCancelled } from '../../pace.js';
import { type HuggingFaceConfig, parseModelConfig } from './architecture.js';
import { cachedModel } from './cache.js';
import { completeGguf, isGguf } from './gguf.js';
import type { BaseModelContext, SourceRequest } from './source.js';
import { digestModel, type StoredModel, weightsDigest, weightsOf, weightsPath } from './storedModel.js';
import { BASE_MODEL_SOURCES } from './table.js';
import { withWorkingFolder } from './workingFolder.js';

export interface LoadedBaseModel {
  readonly model: BaseModel;
  readonly config: HuggingFaceConfig;
  /** As they were stored, or the bytes of what was made of them. */
  readonly weights: ModelWeights;
  readonly tokenizerJson: Uint8Array;
}

interface StoredBaseModel extends LoadedBaseModel {
  /** A checkpoint's folder or a GGUF file, there as long as the model is used. */
  readonly weights: string;
}

/**
 * Runs `use` with the base model of a recipe, from the cache or its source, checked and kept in the blob store, so
 * that what is made of it never needs the source again. The weights stay on disk, whatever their size.
 * @throws BASE_MODEL_UNAVAILABLE, BASE_MODEL_NOT_FOUND, BASE_MODEL_FORBIDDEN, BASE_MODEL_UNSUPPORTED,
 *   BASE_MODEL_DIGEST_MISMATCH, WEIGHTS_CORRUPT, TOKENIZER_INVALID, SECRET_UNRESOLVED, CANCELLED, what `use` throws
 */
export const withBaseModel = async <T>(
  ctx: BaseModelContext,
  base: TrainingRecipe['base'],
  use: (loaded: StoredBaseModel) => Promise<T>,
): Promise<T> => {
  throwIfCancelled(ctx.signal);
  return withModelFiles(ctx, base, async (stored) => use(await keep(ctx, base, stored)));
};

const keep = async (
  ctx: BaseModelContext,
  base: TrainingRecipe['base'],
  stored: StoredModel,
): Promise<StoredBaseModel> => {
  const { config, parameters } = await examine(stored, base);
  const blobs = new Map<string, BlobRef>();
  for (const name of stored.files.keys()) {
    throwIfCancelled(ctx.signal);
    blobs.set(name, await ctx.blobs.putFile(join(stored.folder, name)));
  }
  const model: BaseModel = {
    reference: base.model,
    architecture: config.model_type,
    parameters,
    config: blobs.get('config.json')!,
    tokenizer: blobs.get('tokenizer.json')!,
    weights: Object.fromEntries([...weightsOf(stored).keys()].map((name) => [name, blobs.get(name)!])),
  };
  const tokenizerJson = await readFile(join(stored.folder, 'tokenizer.json'));
  return { model, config, weights: weightsPath(stored), tokenizerJson };
};

const withModelFiles = async <T>(
  ctx: BaseModelContext,
  base: TrainingRecipe['base'],
  use: (stored: StoredModel) => Promise<T>,
): Promise<T> => {
  const colon = base.model.indexOf(':');
  const scheme = base.model.slice(0, colon);
  if (!isScheme(scheme))
    throw plumblineError('BASE_MODEL_NOT_FOUND', `${base.model} begins with no known scheme`, {
      details: { supported: Object.keys(BASE_MODEL_SOURCES) },
    });
  const source = BASE_MODEL_SOURCES[scheme];
  const request: SourceRequest = { ctx, name: base.model.slice(colon + 1), base };
  const root = join(ctx.cacheDir, 'base-models');
  const cacheKey = source.cacheKey(request);
  const key = sha256Hex(cacheKey ?? base.model).slice(0, 32);
  const fetchInto = async (folder: string) =>
    completeGguf(folder, await source.fetchInto(folder, request), base.model);
  if (cacheKey === null)
    return withWorkingFolder({ root, key, resumes: false }, async (folder) =>
      use(await digestModel(ctx, folder, await fetchInto(folder))),
    );
  const check = async (stored: StoredModel) => void (await examine(stored, base));
  return use(await cachedModel({ ctx, root, key, resumes: source.resumes, fetchInto, check }));
};

const isScheme = (scheme: string): scheme is keyof typeof BASE_MODEL_SOURCES =>
  Object.hasOwn(BASE_MODEL_SOURCES, scheme);

const examine = async (stored: StoredModel, base: TrainingRecipe['base']) => {
  const config = parseModelConfig(await readFile(join(stored.folder, 'config.json')), base.model);
  const digest = weightsDigest(stored);
  if (base.digest !== undefined && base.digest !== digest)
    throw plumblineError(
      'BASE_MODEL_DIGEST_MISMATCH',
      `the weights of ${base.model} have SHA-256 ${digest}; training.base.digest is ${base.digest}`,
      { details: { expected: base.digest, found: digest } },
    );
  const path = weightsPath(stored);
  const parameters = isGguf(path) ? describeGgufFile(path).parameters : countCheckpointParameters(path);
  return { config, parameters };
};
