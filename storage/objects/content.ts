import type { ObjectStore } from '../../stages/ports.js';
import { sha256Hex } from '../digest.js';

/**
 * Writes bytes whose key is made of their digest, once. A damaged copy is replaced, so that running the step
 * again heals what OBJECT_CORRUPT reports.
 */
export const putContent = async (
  objects: ObjectStore,
  key: string,
  bytes: Uint8Array,
  sha256: string,
): Promise<void> => {
  const written = await objects.put(key, bytes, { onlyIfAbsent: true });
  if (!written && sha256Hex(await objects.get(key)) !== sha256) await objects.put(key, bytes);
};
