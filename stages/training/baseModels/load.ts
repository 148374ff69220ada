import { join } from 'node:path';
import { type BaseModel, plumblineError, type TrainingRecipe } from '../../../contracts/index.js';
import { readSafetensors } from '../../../nn/index.js';
import { sha256Hex } from '../../digest.js';
import { throwIfCancelled } from '../../pace.js';
import { type HuggingFaceConfig, parseModelConfig } from './architecture.js';
import { cachedModel, readModel, withTemporaryFolder } from './cache.js';
import type { BaseModelContext, ModelBytes, SourceRequest } from './source.js';
import { BASE_MODEL_SOURCES } from './table.js';

export interface LoadedBaseModel {
  readonly model: BaseModel;
  readonly config: HuggingFaceConfig;
  /** Content of model.safetensors. */
  readonly weights: Uint8Array;
  readonly tokenizerJson: Uint8Array;
}

/**
 * The base model of a recipe, from the cache or its source, checked and kept in the blob store, so that what is
 * made of it never needs the source again.
 * @throws BASE_MODEL_UNAVAILABLE, BASE_MODEL_NOT_FOUND, BASE_MODEL_FORBIDDEN, BASE_MODEL_UNSUPPORTED,
 *   BASE_MODEL_DIGEST_MISMATCH, WEIGHTS_CORRUPT, SECRET_UNRESOLVED, CANCELLED
 */
export const loadBaseModel = async (
  ctx: BaseModelContext,
  base: TrainingRecipe['base'],
): Promise<LoadedBaseModel> => {
  throwIfCancelled(ctx.signal);
  const bytes = await modelBytes(ctx, base);
  const { config, parameters } = examine(bytes, base);
  const model: BaseModel = {
    reference: base.model,
    architecture: config.model_type,
    parameters,
    config: await ctx.blobs.put(bytes['config.json']),
    weights: await ctx.blobs.put(bytes['model.safetensors']),
    tokenizer: await ctx.blobs.put(bytes['tokenizer.json']),
  };
  return { model, config, weights: bytes['model.safetensors'], tokenizerJson: bytes['tokenizer.json'] };
};

const modelBytes = async (ctx: BaseModelContext, base: TrainingRecipe['base']): Promise<ModelBytes> => {
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
  const fetchInto = (folder: string) => source.fetchInto(folder, request);
  if (cacheKey !== null)
    return cachedModel({
      root,
      key: sha256Hex(cacheKey).slice(0, 32),
      now: ctx.now,
      fetchInto,
      check: (bytes) => void examine(bytes, base),
    });
  return withTemporaryFolder(root, async (folder) => {
    await fetchInto(folder);
    return readModel(folder);
  });
};

const isScheme = (scheme: string): scheme is keyof typeof BASE_MODEL_SOURCES =>
  Object.hasOwn(BASE_MODEL_SOURCES, scheme);

const examine = (bytes: ModelBytes, base: TrainingRecipe['base']) => {
  const config = parseModelConfig(bytes['config.json'], base.model);
  const digest = sha256Hex(bytes['model.safetensors']);
  if (base.digest !== undefined && base.digest !== digest)
    throw plumblineError(
      'BASE_MODEL_DIGEST_MISMATCH',
      `model.safetensors of ${base.model} has SHA-256 ${digest}; training.base.digest is ${base.digest}`,
      { details: { expected: base.digest, found: digest } },
    );
  const parameters = [...readSafetensors(bytes['model.safetensors']).values()]
    .filter(({ dtype }) => dtype === 'float32')
    .reduce((sum, { data }) => sum + data.length, 0);
  return { config, parameters };
};
