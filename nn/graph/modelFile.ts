import { mkdirSync } from 'node:fs';
import { basename, dirname } from 'node:path';
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
  const layout = new ExternalLayout(`${basename(path)}_data`);
  const model = encodeModel(graph, metadata, (name, tensor) =>
    tensor.data.byteLength < EXTERNAL_BYTES_MIN ? encodeTensor(name, tensor) : layout.place(name, tensor),
  );
  mkdirSync(dirname(path), { recursive: true });
  // The model last: while it is missing, a pair that was cut short is not taken for a whole one.
  writeFileParts(`${path}_data`, layout.parts);
  writeFileParts(path, [model]);
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
  const bytes = withFileOf(folder, basename(path), ({ size, read }) => {
    if (size > MODEL_BYTES_MAX) {
      throw new NnError('GRAPH_INVALID', `an ONNX file is at most ${MODEL_BYTES_MAX} bytes, this is ${size}`);
    }
    return read(0, size);
  });
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
