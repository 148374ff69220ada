import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { NnError } from '../errors.js';
import { withFileOf } from '../weights/byteSource.js';
import { isRecord } from '../weights/jsonObject.js';

/** Configurations, templates and tokens have kilobytes, the largest tokenizer.json in wide use 33 MB. */
const BYTES_MAX = 2 ** 27;

/** A small file of a model's folder, `undefined` where there is none. Throws BASE_MODEL_UNSUPPORTED, WEIGHTS_CORRUPT. */
export function readModelPart(folder: string, name: string): Uint8Array | undefined {
  if (!existsSync(join(folder, name))) return undefined;
  return withFileOf(folder, name, ({ size, read }) => {
    if (size > BYTES_MAX) throw unusable(name, `has ${size} bytes`);
    return read(0, size);
  });
}

/** The same as text. */
export function readModelText(folder: string, name: string): string | undefined {
  const bytes = readModelPart(folder, name);
  if (bytes === undefined) return undefined;
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes);
  } catch (cause) {
    throw unusable(name, 'is not UTF-8 text', cause);
  }
}

/** The same as a JSON object. */
export function readModelJson(folder: string, name: string): Record<string, unknown> | undefined {
  const text = readModelText(folder, name);
  if (text === undefined) return undefined;
  let root: unknown;
  try {
    root = JSON.parse(text);
  } catch (cause) {
    throw unusable(name, 'is not JSON', cause);
  }
  if (!isRecord(root)) throw unusable(name, 'holds no object');
  return root;
}

export function unusable(name: string, found: string, cause?: unknown): NnError {
  return new NnError('BASE_MODEL_UNSUPPORTED', `${name} of the model ${found}`, { cause });
}
