import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import type { ModelVersion } from '../../contracts/index.js';
import { type Model, writeCheckpointFolder } from '../../nn/index.js';
import { withTemporaryFolder } from '../keptWeights.js';
import { throwIfCancelled } from '../pace.js';
import type { BlobStore } from '../ports.js';

/**
 * A model's weights in Hugging Face's format, kept: `model.safetensors`, and beyond `shardBytes`, default 5 GB as in
 * `transformers`, numbered shards with their index. They are written to disk a tensor at a time, so that no array holds a file.
 * @throws CANCELLED between two files
 */
export const keepWeights = (
  { blobs, signal }: { readonly blobs: BlobStore; readonly signal: AbortSignal },
  { parameters }: Pick<Model, 'parameters'>,
  shardBytes?: number,
): Promise<ModelVersion['files']> =>
  withTemporaryFolder(async (folder) => {
    writeCheckpointFolder(folder, parameters, shardBytes);
    const files: ModelVersion['files'] = {};
    for (const name of (await readdir(folder)).sort()) {
      throwIfCancelled(signal);
      files[name] = await blobs.putFile(join(folder, name));
    }
    return files;
  });
