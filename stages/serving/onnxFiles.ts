import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type BlobRef, type ModelVersion, plumblineError } from '../../contracts/index.js';
import type { LoadableModel } from '../../nn/index.js';
import type { BlobStore } from '../ports.js';

/** @throws OBJECT_NOT_FOUND */
export const fileOf = ({ files, model }: ModelVersion, name: string): BlobRef => {
  const ref = files[name];
  if (ref === undefined)
    throw plumblineError('OBJECT_NOT_FOUND', `the version of model ${model} has no file ${name}`);
  return ref;
};

/**
 * Runs `load` with a version's ONNX model: its bytes, or where its weights lie in a file of their own, the path of both
 * in a temporary folder.
 * @throws OBJECT_NOT_FOUND, OBJECT_CORRUPT, and what `load` throws
 */
export const withOnnxFiles = async <T>(
  blobs: BlobStore,
  manifest: ModelVersion,
  load: (model: LoadableModel) => Promise<T>,
): Promise<T> => {
  const model = fileOf(manifest, 'model.onnx');
  const data = manifest.files['model.onnx_data'];
  if (data === undefined) return load(await blobs.get(model));
  const folder = await mkdtemp(join(tmpdir(), 'plumbline-serving-'));
  try {
    const path = join(folder, 'model.onnx');
    await blobs.getFile(model, path);
    await blobs.getFile(data, `${path}_data`);
    return await load(path);
  } finally {
    // What the runtime has mapped stays there until it is done with it.
    await rm(folder, { recursive: true, force: true });
  }
};
