import { requireInnerName } from './byteSource.js';
import { corrupt, isRecord, parseObject } from './jsonObject.js';

/** Some 100,000 tensors; keeps a hostile index from being parsed at length. */
export const INDEX_BYTES_MAX = 50_000_000;

/** The largest published checkpoint has some 800. */
const SHARDS_MAX = 10_000;

/**
 * The files that the content of a `model.safetensors.index.json` names, each with the names of its tensors. Throws
 * WEIGHTS_CORRUPT, also for a file that could lie outside the folder or is no safetensors file by its name.
 */
export function readCheckpointIndex(bytes: Uint8Array): Map<string, ReadonlySet<string>> {
  if (bytes.length > INDEX_BYTES_MAX) throw corrupt(`the index has ${bytes.length} bytes`);
  const { weight_map: weightMap } = parseObject(bytes, 'the index');
  if (!isRecord(weightMap)) throw corrupt('the index has no weight_map');
  const shards = new Map<string, Set<string>>();
  for (const [name, shard] of Object.entries(weightMap)) {
    if (typeof shard !== 'string') throw corrupt(`the index names no file for ${JSON.stringify(name)}`);
    requireInnerName(shard);
    // Other files of a model's folder must not be taken for weights, nor be overwritten by them.
    if (!shard.endsWith('.safetensors')) throw corrupt(`the index names the file ${JSON.stringify(shard)}`);
    const names = shards.get(shard);
    if (names) names.add(name);
    else shards.set(shard, new Set([name]));
  }
  if (shards.size > SHARDS_MAX) throw corrupt(`the index names ${shards.size} files`);
  return shards;
}
