import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { elementCount, type Tensor } from '../tensor.js';
import { withFileOf } from './byteSource.js';
import { INDEX_BYTES_MAX, readCheckpointIndex } from './checkpointIndex.js';
import { corrupt } from './jsonObject.js';
import { readSafetensorsSource } from './safetensors.js';
import { readHeader } from './safetensorsHeader.js';

/** The names `transformers` gives the files of a checkpoint. */
export const SINGLE_FILE = 'model.safetensors';
export const INDEX_FILE = 'model.safetensors.index.json';

/**
 * The tensors of a Hugging Face checkpoint folder: `model.safetensors`, or where that is missing all shards that
 * `model.safetensors.index.json` names. Each tensor is read into an array of its own, so that what is alive at once is
 * the result and, for F16 and BF16, one stored tensor. Blocks the calling thread.
 *
 * Throws WEIGHTS_CORRUPT, also for an index that disagrees with its shards; BASE_MODEL_UNSUPPORTED for element types
 * other than `readSafetensors` knows.
 */
export function readCheckpointFolder(folder: string): Map<string, Tensor> {
  const tensors = new Map<string, Tensor>();
  for (const [file, named] of checkpointFiles(folder)) {
    const { tensors: found } = withFileOf(folder, file, readSafetensorsSource);
    if (named) requireSameNames(file, named, new Set(found.keys()));
    for (const [name, tensor] of found) tensors.set(name, tensor);
  }
  return tensors;
}

/**
 * The number of values in the floating-point tensors of a checkpoint folder. Verifies all headers, and the index
 * against them, without reading a value. Throws as `readCheckpointFolder`.
 */
export function countCheckpointParameters(folder: string): number {
  let parameters = 0;
  for (const [file, named] of checkpointFiles(folder)) {
    const { tensors: found } = withFileOf(folder, file, readHeader);
    if (named) requireSameNames(file, named, new Set(found.map(({ name }) => name)));
    for (const { type, dims } of found) if (FLOATS.has(type)) parameters += elementCount(dims);
  }
  return parameters;
}

const FLOATS: ReadonlySet<string> = new Set(['F32', 'F16', 'BF16']);

/** The files of a checkpoint, for shards with the names of the tensors that the index places in each. */
function checkpointFiles(folder: string): ReadonlyMap<string, ReadonlySet<string> | undefined> {
  if (existsSync(join(folder, SINGLE_FILE)) || !existsSync(join(folder, INDEX_FILE))) {
    return new Map([[SINGLE_FILE, undefined]]);
  }
  return withFileOf(folder, INDEX_FILE, ({ size, read }) => {
    if (size > INDEX_BYTES_MAX) throw corrupt(`the index has ${size} bytes`);
    return readCheckpointIndex(read(0, size));
  });
}

/** A tensor elsewhere than the index says would be lost, or would hide one of the same name in another shard. */
function requireSameNames(shard: string, named: ReadonlySet<string>, found: ReadonlySet<string>): void {
  for (const name of named) {
    if (!found.has(name))
      throw corrupt(`the index places ${JSON.stringify(name)} in ${shard}, it is not there`);
  }
  for (const name of found) {
    if (!named.has(name))
      throw corrupt(`${shard} holds ${JSON.stringify(name)}, the index places it elsewhere`);
  }
}
