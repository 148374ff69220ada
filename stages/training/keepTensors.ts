import { join } from 'node:path';
import type { BlobRef } from '../../contracts/index.js';
import { type Tensor, writeSafetensors, writeSafetensorsFile } from '../../nn/index.js';
import { ARRAY_BYTES_MAX, WEIGHTS_FILE, withTemporaryFolder } from '../keptWeights.js';
import type { BlobStore } from '../ports.js';

/** Keeps tensors as one safetensors file: the same bytes, through an array or a tensor at a time through a file. */
export const keepTensors = async (
  blobs: BlobStore,
  tensors: ReadonlyMap<string, Tensor>,
  arrayBytesMax = ARRAY_BYTES_MAX,
): Promise<BlobRef> => {
  const bytes = [...tensors.values()].reduce((sum, { data }) => sum + data.byteLength, 0);
  if (bytes <= arrayBytesMax) return blobs.put(writeSafetensors(tensors));
  return withTemporaryFolder((folder) => {
    const path = join(folder, WEIGHTS_FILE);
    writeSafetensorsFile(path, tensors);
    return blobs.putFile(path);
  });
};
