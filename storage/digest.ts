import { createHash } from 'node:crypto';
import { type BlobRef, canonicalJson } from '../contracts/index.js';

/** SHA-256 as 64 lower-case hex digits (FIPS 180-4). Texts are hashed as UTF-8. */
export const sha256Hex = (data: Uint8Array | string): string =>
  createHash('sha256').update(data).digest('hex');

/** The SHA-256 and the number of bytes that come in parts. */
export const streamDigest = async (parts: AsyncIterable<Uint8Array>): Promise<BlobRef> => {
  const hash = createHash('sha256');
  let bytes = 0;
  for await (const part of parts) {
    hash.update(part);
    bytes += part.byteLength;
  }
  return { sha256: hash.digest('hex'), bytes };
};

/** An artifact's canonical JSON and its content address. */
export const manifestOf = (artifact: unknown): { readonly text: string; readonly id: string } => {
  const text = canonicalJson(artifact);
  return { text, id: sha256Hex(text) };
};
