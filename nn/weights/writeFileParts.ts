import { closeSync, fsyncSync, openSync, renameSync, writeSync } from 'node:fs';

/** Writes byte ranges one after another, so that no array has to hold the whole file; the file appears complete. */
export function writeFileParts(path: string, parts: Iterable<Uint8Array>): void {
  const beside = `${path}.partial`;
  const descriptor = openSync(beside, 'w');
  try {
    writeParts(descriptor, parts);
    fsyncSync(descriptor);
  } finally {
    closeSync(descriptor);
  }
  renameSync(beside, path);
}

/** Writes byte ranges one after another over an open file, from its beginning. */
export function writeParts(descriptor: number, parts: Iterable<Uint8Array>): void {
  let position = 0;
  for (const part of parts) {
    writeFully(descriptor, part, position);
    position += part.length;
  }
}

/** Linux writes at most 2 GiB less a page in one call. */
const CALL_BYTES_MAX = 2 ** 30;

function writeFully(descriptor: number, bytes: Uint8Array, position: number): void {
  for (let done = 0; done < bytes.length; ) {
    const length = Math.min(bytes.length - done, CALL_BYTES_MAX);
    done += writeSync(descriptor, bytes, done, length, position + done);
  }
}
