import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
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

/** The content address of a value: SHA-256 of its canonical JSON. */
export const digestOf = (value: unknown): string => sha256Hex(canonicalJson(value));

/** The digest and the size of a file of any size, read in parts. `onRead` is told the bytes read so far. */
export const fileDigest = async (
  path: string,
  { signal, onRead }: { readonly signal?: AbortSignal; readonly onRead?: (bytes: number) => void } = {},
): Promise<BlobRef> => {
  const hash = createHash('sha256');
  let bytes = 0;
  const parts: AsyncIterable<Buffer> = createReadStream(path, {
    highWaterMark: 1024 * 1024,
    ...(signal && { signal }),
  });
  for await (const part of parts) {
    hash.update(part);
    bytes += part.byteLength;
    onRead?.(bytes);
  }
  return { sha256: hash.digest('hex'), bytes };
};
