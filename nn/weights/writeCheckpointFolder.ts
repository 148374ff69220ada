import { mkdirSync, readdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import type { Tensor } from '../tensor.js';
import { INDEX_FILE, SINGLE_FILE } from './checkpointFolder.js';
import { safetensorsParts } from './safetensors.js';
import { shardsOf } from './shards.js';
import { writeFileParts } from './writeFileParts.js';

/** What `transformers` has cut checkpoints into: 5 GB, in powers of ten. */
const SHARD_BYTES = 5_000_000_000;

/** What `transformers` demands of a file's metadata before it loads it. */
const METADATA = { format: 'pt' };

const CHECKPOINT_FILES = /^model(-\d{5}-of-\d{5})?\.safetensors(\.index\.json)?$/;

/** One safetensors file, the bytes of `writeSafetensors`, without an array that holds them. Blocks the calling thread. */
export function writeSafetensorsFile(path: string, tensors: ReadonlyMap<string, Tensor>): void {
  writeFileParts(path, safetensorsParts(tensors));
}

/**
 * Writes a checkpoint as `transformers` does: one file where the values fit into `shardBytes`, else numbered shards
 * filled in the order of `tensors` and, last, the index. A tensor larger than `shardBytes` has a shard to itself. An
 * older checkpoint in the folder is removed once the new files are there. Blocks the calling thread.
 */
export function writeCheckpointFolder(
  folder: string,
  tensors: ReadonlyMap<string, Tensor>,
  shardBytes = SHARD_BYTES,
): void {
  mkdirSync(folder, { recursive: true });
  const shards = shardsOf(tensors, shardBytes);
  const names = shards.map((_, at) => shardName(at, shards.length));
  for (const [at, shard] of shards.entries()) {
    writeFileParts(join(folder, names[at]!), safetensorsParts(shard, METADATA));
  }
  const written = new Set(names);
  if (shards.length > 1) {
    writeFileParts(join(folder, INDEX_FILE), [encodeIndex(shards, names)]);
    written.add(INDEX_FILE);
  }
  for (const file of readdirSync(folder)) {
    if (CHECKPOINT_FILES.test(file) && !written.has(file)) rmSync(join(folder, file));
  }
}

function shardName(at: number, count: number): string {
  const number = (value: number) => String(value).padStart(5, '0');
  return count === 1 ? SINGLE_FILE : `model-${number(at + 1)}-of-${number(count)}.safetensors`;
}

function encodeIndex(shards: readonly ReadonlyMap<string, Tensor>[], names: readonly string[]): Uint8Array {
  const sizes = shards.flatMap((shard) => [...shard.values()].map(({ data }) => data.byteLength));
  const placed = shards.flatMap((shard, at) => [...shard.keys()].map((name) => [name, names[at]] as const));
  placed.sort(([a], [b]) => (a < b ? -1 : 1));
  const weightMap = placed.map(([name, file]) => `    ${JSON.stringify(name)}: ${JSON.stringify(file)}`);
  // Built by hand because an object literal would reorder names that look like integers.
  const json = `{
  "metadata": {
    "total_size": ${sizes.reduce((sum, size) => sum + size, 0)}
  },
  "weight_map": {
${weightMap.join(',\n')}
  }
}
`;
  return new TextEncoder().encode(json);
}
