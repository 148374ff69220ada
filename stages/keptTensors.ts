import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { BlobRef } from '../contracts/index.js';
import {
  type ModelWeights,
  readCheckpointFolder,
  readSafetensors,
  type Tensor,
  writeSafetensors,
  writeSafetensorsFile,
} from '../nn/index.js';
import type { BlobStore } from './ports.js';

/** Larger files go through the disk: an array holds 4 GiB at most, and the tensors are in memory already. */
const ARRAY_BYTES_MAX = 2 ** 30;

/** The one name by which a folder with nothing else is a checkpoint. */
const FILE = 'model.safetensors';

/** Runs `work` with a folder of its own, which is removed afterwards. */
export const withTemporaryFolder = async <T>(work: (folder: string) => Promise<T>): Promise<T> => {
  const folder = await mkdtemp(join(tmpdir(), 'plumbline-weights-'));
  try {
    return await work(folder);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
};

/** Keeps tensors as one safetensors file: the same bytes, through an array or a tensor at a time through a file. */
export const keepTensors = async (
  blobs: BlobStore,
  tensors: ReadonlyMap<string, Tensor>,
  arrayBytesMax = ARRAY_BYTES_MAX,
): Promise<BlobRef> => {
  const bytes = [...tensors.values()].reduce((sum, { data }) => sum + data.byteLength, 0);
  if (bytes <= arrayBytesMax) return blobs.put(writeSafetensors(tensors));
  return withTemporaryFolder((folder) => {
    const path = join(folder, FILE);
    writeSafetensorsFile(path, tensors);
    return blobs.putFile(path);
  });
};

/** A kept safetensors file for training: its content, or where it is large the folder, which then holds it alone. */
export const keptWeights = async (
  blobs: BlobStore,
  ref: BlobRef,
  folder: string,
  arrayBytesMax = ARRAY_BYTES_MAX,
): Promise<ModelWeights> => {
  if (ref.bytes <= arrayBytesMax) return blobs.get(ref);
  await blobs.getFile(ref, join(folder, FILE));
  return folder;
};

/** The tensors of a kept safetensors file. @throws OBJECT_NOT_FOUND, OBJECT_CORRUPT, WEIGHTS_CORRUPT */
export const readKeptTensors = (
  blobs: BlobStore,
  ref: BlobRef,
  arrayBytesMax?: number,
): Promise<Map<string, Tensor>> =>
  withTemporaryFolder(async (folder) => {
    const weights = await keptWeights(blobs, ref, folder, arrayBytesMax);
    return typeof weights === 'string' ? readCheckpointFolder(weights) : readSafetensors(weights);
  });
