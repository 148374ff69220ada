import { createHash } from 'node:crypto';
import { type BlobRef, canonicalJson } from '../contracts/index.js';

/** OpenSSL takes less than 2 GiB at once. */
const PART_BYTES = 2 ** 30;

/** SHA-256 as 64 lower-case hex digits (FIPS 180-4). Texts are hashed as UTF-8. */
export const sha256Hex = (data: Uint8Array | string): string => {
  const hash = createHash('sha256');
  if (typeof data === 'string') return hash.update(data).digest('hex');
  for (let start = 0; start < data.byteLength; start += PART_BYTES)
    hash.update(data.subarray(start, start + PART_BYTES));
  return hash.digest('hex');
};

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
