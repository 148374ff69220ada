import { mkdirSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { NnError } from '../errors.js';
import { withFileOf } from '../weights/byteSource.js';
import { writeFileParts } from '../weights/writeFileParts.js';
import { type DecodedModel, decodeModel } from './decode.js';
import { encodeModel, encodeTensor } from './encode.js';
import { EXTERNAL_BYTES_MIN, ExternalLayout } from './externalData.js';
import type { Graph } from './ir.js';
import { MODEL_BYTES_MAX } from './opset.js';

/**
 * Writes an ONNX model of any size: `path` holds the graph, `path` with `_data` at its end the values of all weights of
 * a kilobyte and more, one after another, so that no array has to hold them all. Both files must stay in one folder
 * under their names. Blocks the calling thread.
 */
export function writeModelFile(
  path: string,
  graph: Graph,
  metadata: Readonly<Record<string, string>> = {},
): void {
  writeModels(`${path}_data`, new Map([[path, graph]]), metadata);
}

/**
 * `writeModelFile` of several models into one folder, by the names of their files. Weights that are the same array in
 * several of them are kept once, in a file that all share.
 */
export function writeModelFiles(folder: string, graphs: ReadonlyMap<string, Graph>): void {
  const paths = [...graphs].map(([name, graph]) => [join(folder, name), graph] as const);
  writeModels(join(folder, 'weights.onnx_data'), new Map(paths), {});
}

function writeModels(
  dataPath: string,
  graphs: ReadonlyMap<string, Graph>,
  metadata: Readonly<Record<string, string>>,
): void {
  const layout = new ExternalLayout(basename(dataPath));
  const models = [...graphs].map(([path, graph]) => {
    layout.nextModel();
    const model = encodeModel(graph, metadata, (name, tensor) =>
      tensor.data.byteLength < EXTERNAL_BYTES_MIN ? encodeTensor(name, tensor) : layout.place(name, tensor),
    );
    return { path, model };
  });
  mkdirSync(dirname(dataPath), { recursive: true });
  // The models last: while one is missing, files that were cut short are not taken for whole ones.
  writeFileParts(dataPath, layout.parts);
  for (const { path, model } of models) writeFileParts(path, [model]);
}

/**
 * `decodeModel` of a file on disk, with the weights that lie in other files of its own folder, and nowhere else: see
 * `withFileOf`. All weights of a file together are at most as large as the file, so that overlapping ones cannot ask
 * for more memory than there are bytes. Blocks the calling thread.
 *
 * Throws as `decodeModel`, and WEIGHTS_CORRUPT for a file of weights that is missing, too short or elsewhere.
 */
export function readModelFile(path: string): DecodedModel {
  const folder = dirname(path);
  const bytes = readModelBytes(path);
  const claimed = new Map<string, number>();
  return decodeModel(bytes, ({ location, offset, length }) =>
    withFileOf(folder, location, ({ size, read }) => {
      const total = (claimed.get(location) ?? 0) + length;
      if (total > size) {
        throw new NnError(
          'WEIGHTS_CORRUPT',
          `the weights claim ${total} bytes of ${JSON.stringify(location)}, which has ${size}`,
        );
      }
      claimed.set(location, total);
      return read(offset, length);
    }),
  );
}

/** The file itself, without the weights beside it. */
export function readModelBytes(path: string): Uint8Array {
  return withFileOf(dirname(path), basename(path), ({ size, read }) => {
    if (size > MODEL_BYTES_MAX) {
      throw new NnError('GRAPH_INVALID', `an ONNX file is at most ${MODEL_BYTES_MAX} bytes, this is ${size}`);
    }
    return read(0, size);
  });
}
