import type { ObjectStore } from '../../stages/ports.js';
import { sha256Hex, streamDigest } from '../digest.js';

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

/** `putContent` of a file of any size. */
export const putFileContent = async (
  objects: ObjectStore,
  key: string,
  path: string,
  sha256: string,
): Promise<void> => {
  const written = await objects.putFile(key, path, { onlyIfAbsent: true });
  if (!written && (await streamDigest(objects.stream(key))).sha256 !== sha256)
    await objects.putFile(key, path);
};
