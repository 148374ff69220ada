import { NnError } from '../errors.js';
import { duplicateKey } from './duplicateKey.js';

/**
 * The object that a UTF-8 JSON text holds; `part` names the text in messages. Throws WEIGHTS_CORRUPT for other content
 * and for a key given twice.
 */
export function parseObject(bytes: Uint8Array, part: string): Record<string, unknown> {
  let text: string;
  let root: unknown;
  try {
    text = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes);
    root = JSON.parse(text);
  } catch (cause) {
    throw corrupt(`${part} is not JSON in UTF-8`, cause);
  }
  if (!isRecord(root)) throw corrupt(`${part} is not a JSON object`);
  const repeated = duplicateKey(text);
  if (repeated !== undefined)
    throw corrupt(`${JSON.stringify(repeated)} occurs twice in one object of ${part}`);
  return root;
}

export function corrupt(found: string, cause?: unknown): NnError {
  return new NnError('WEIGHTS_CORRUPT', `not a valid safetensors file: ${found}`, { cause });
}

export function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
