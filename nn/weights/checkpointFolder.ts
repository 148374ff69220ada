import { existsSync } from 'node:fs';
import { join } from 'node:path';
import type { Tensor } from '../tensor.js';
import { requireInnerName, withFileOf } from './byteSource.js';
import { corrupt, isRecord, parseObject } from './jsonObject.js';
import { readSafetensorsSource } from './safetensors.js';

/** The names `transformers` gives the files of a checkpoint. */
export const SINGLE_FILE = 'model.safetensors';
export const INDEX_FILE = 'model.safetensors.index.json';

/** Some 100,000 tensors; keeps a hostile index from being parsed at length. */
const INDEX_BYTES_MAX = 50_000_000;

/**
 * The tensors of a Hugging Face checkpoint folder: `model.safetensors`, or where that is missing all shards that
 * `model.safetensors.index.json` names. Each tensor is read into an array of its own, so that what is alive at once is
 * the result and, for F16 and BF16, one stored tensor. Blocks the calling thread.
 *
 * Throws WEIGHTS_CORRUPT, also for an index that disagrees with its shards; BASE_MODEL_UNSUPPORTED for element types
 * other than `readSafetensors` knows.
 */
export function readCheckpointFolder(folder: string): Map<string, Tensor> {
  if (existsSync(join(folder, SINGLE_FILE)) || !existsSync(join(folder, INDEX_FILE))) {
    return withFileOf(folder, SINGLE_FILE, readSafetensorsSource).tensors;
  }
  const index = withFileOf(folder, INDEX_FILE, ({ size, read }) => {
    if (size > INDEX_BYTES_MAX) throw corrupt(`the index has ${size} bytes`);
    return parseIndex(read(0, size));
  });
  const tensors = new Map<string, Tensor>();
  for (const [shard, names] of index) {
    const { tensors: found } = withFileOf(folder, shard, readSafetensorsSource);
    requireSameNames(shard, names, found);
    for (const [name, tensor] of found) tensors.set(name, tensor);
  }
  return tensors;
}

/** Names of the tensors in each shard. Throws WEIGHTS_CORRUPT. */
function parseIndex(bytes: Uint8Array): Map<string, Set<string>> {
  const { weight_map: weightMap } = parseObject(bytes, 'the index');
  if (!isRecord(weightMap)) throw corrupt('the index has no weight_map');
  const shards = new Map<string, Set<string>>();
  for (const [name, shard] of Object.entries(weightMap)) {
    if (typeof shard !== 'string') throw corrupt(`the index names no file for ${JSON.stringify(name)}`);
    requireInnerName(shard);
    const names = shards.get(shard);
    if (names) names.add(name);
    else shards.set(shard, new Set([name]));
  }
  return shards;
}

/** A tensor elsewhere than the index says would be lost, or would hide one of the same name in another shard. */
function requireSameNames(
  shard: string,
  named: ReadonlySet<string>,
  found: ReadonlyMap<string, Tensor>,
): void {
  for (const name of named) {
    if (!found.has(name))
      throw corrupt(`the index places ${JSON.stringify(name)} in ${shard}, it is not there`);
  }
  for (const name of found.keys()) {
    if (!named.has(name))
      throw corrupt(`${shard} holds ${JSON.stringify(name)}, the index places it elsewhere`);
  }
}
