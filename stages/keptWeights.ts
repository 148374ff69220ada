import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { BlobRef } from '../contracts/index.js';
import type { BlobStore } from './ports.js';

/** Larger files of weights go through the disk: an array holds 4 GiB at most, and the tensors take as much again. */
export const ARRAY_BYTES_MAX = 2 ** 30;

/** The one name by which a folder with nothing else is a checkpoint. */
export const WEIGHTS_FILE = 'model.safetensors';

/** Runs `work` with a folder of its own, which is removed afterwards. */
export const withTemporaryFolder = async <T>(work: (folder: string) => Promise<T>): Promise<T> => {
  const folder = await mkdtemp(join(tmpdir(), 'plumbline-weights-'));
  try {
    return await work(folder);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
};

/**
 * A kept safetensors file as the neural core reads weights: its content, or where it is large `folder`, which then
 * holds it.
 * @throws OBJECT_NOT_FOUND, OBJECT_CORRUPT
 */
export const keptWeights = async (
  blobs: BlobStore,
  ref: BlobRef,
  folder: string,
  arrayBytesMax = ARRAY_BYTES_MAX,
): Promise<Uint8Array | string> => {
  if (ref.bytes <= arrayBytesMax) return blobs.get(ref);
  await blobs.getFile(ref, join(folder, WEIGHTS_FILE));
  return folder;
};
