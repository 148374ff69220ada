import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { ModelVersion } from '../../contracts/index.js';
import { exportOnnx, type LoadableModel, type Model, writeOnnxFile } from '../../nn/index.js';
import type { BlobStore } from '../ports.js';

/** Half of what one ONNX file can hold; encoding keeps two copies of the weights in memory for a while. */
const EMBEDDED_BYTES_MAX = 2 ** 30;

/** Runs `use` with a model's ONNX form; beyond `embeddedBytesMax` bytes of weights, they lie in a file beside it. */
export const withOnnxModel = async <T>(
  model: Model,
  use: (onnx: LoadableModel) => Promise<T>,
  embeddedBytesMax = EMBEDDED_BYTES_MAX,
): Promise<T> => {
  const bytes = [...model.parameters.values()].reduce((sum, { data }) => sum + data.byteLength, 0);
  if (bytes <= embeddedBytesMax) return use(exportOnnx(model));
  const folder = await mkdtemp(join(tmpdir(), 'plumbline-onnx-'));
  try {
    const path = join(folder, 'model.onnx');
    writeOnnxFile(path, model);
    return await use(path);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
};

/** The files of the ONNX form, kept: `model.onnx`, and for large weights `model.onnx_data`, which it names. */
export const keepOnnxModel = (
  { blobs }: { readonly blobs: BlobStore },
  model: Model,
  embeddedBytesMax?: number,
): Promise<ModelVersion['files']> =>
  withOnnxModel(
    model,
    async (onnx): Promise<ModelVersion['files']> => {
      if (typeof onnx !== 'string') return { 'model.onnx': await blobs.put(onnx) };
      return {
        'model.onnx': await blobs.putFile(onnx),
        'model.onnx_data': await blobs.putFile(`${onnx}_data`),
      };
    },
    embeddedBytesMax,
  );
