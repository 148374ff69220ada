import type { Tensor } from '../tensor.js';
import { readSafetensors, writeSafetensors } from '../weights/safetensors.js';
import { shardsOf } from '../weights/shards.js';

/** Tensors as safetensors files, which move between threads without a copy; several, as one array holds 4 GiB at most. */
export type MovedTensors = readonly Uint8Array[];

const FILE_BYTES = 2 ** 30;

export function moveTensors(tensors: ReadonlyMap<string, Tensor>, fileBytes = FILE_BYTES): MovedTensors {
  return shardsOf(tensors, fileBytes).map((shard) => writeSafetensors(shard));
}

/** Views on the files. */
export function movedTensors(files: MovedTensors): Map<string, Tensor> {
  return new Map(files.flatMap((file) => [...readSafetensors(file)]));
}
