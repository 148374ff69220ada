import { closeSync, fsyncSync, openSync, renameSync, writeSync } from 'node:fs';

/** Writes byte ranges one after another, so that no array has to hold the whole file; the file appears complete. */
export function writeFileParts(path: string, parts: Iterable<Uint8Array>): void {
  const beside = `${path}.partial`;
  const descriptor = openSync(beside, 'w');
  try {
    for (const part of parts) writeFully(descriptor, part);
    fsyncSync(descriptor);
  } finally {
    closeSync(descriptor);
  }
  renameSync(beside, path);
}

/** Linux writes at most 2 GiB less a page in one call. */
const CALL_BYTES_MAX = 2 ** 30;

function writeFully(descriptor: number, bytes: Uint8Array): void {
  for (let done = 0; done < bytes.length; ) {
    done += writeSync(descriptor, bytes, done, Math.min(bytes.length - done, CALL_BYTES_MAX));
  }
}
