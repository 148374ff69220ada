import { dirname } from 'node:path';
import type { Message } from '@bufbuild/protobuf';
import { withFileOf } from '../weights/byteSource.js';
import { parseModel } from './decode.js';
import { readModelBytes } from './modelFile.js';

/**
 * Makes sure that the values of all tensors of an ONNX file lie in the file or in others of its own folder, see
 * `withFileOf`, before a runtime opens what the file names. Operators are not looked at. Throws GRAPH_INVALID for what
 * is no ONNX file, WEIGHTS_CORRUPT for a file of weights that is missing or elsewhere.
 */
export function requireOwnFiles(path: string): void {
  const locations = new Set<string>();
  collectLocations(parseModel(readModelBytes(path)), locations);
  for (const location of locations) withFileOf(dirname(path), location, () => undefined);
}

/** Tensors may stand anywhere: among the weights, in attributes, in the graphs and functions that nodes hold. */
function collectLocations(message: Message, locations: Set<string>): void {
  for (const [field, value] of Object.entries(message)) {
    const parts: readonly unknown[] = Array.isArray(value) ? value : [value];
    // A list may hold millions of numbers; what it holds is all of one kind.
    if (!isMessage(parts[0])) continue;
    for (const part of parts as readonly Message[]) {
      if (field !== 'externalData') collectLocations(part, locations);
      else if ('key' in part && part.key === 'location' && 'value' in part) locations.add(String(part.value));
    }
  }
}

function isMessage(value: unknown): value is Message {
  return typeof value === 'object' && value !== null && '$typeName' in value;
}
