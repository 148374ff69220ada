import { createReadStream } from 'node:fs';

/** A line, or a stretch of one that is too long to wait for its end. Terminators are included. */
export interface LinePiece {
  readonly bytes: Uint8Array;
  readonly begins: boolean;
  readonly ends: boolean;
}

const PIECE_BYTES_MAX = 64 * 1024;
const NEWLINE = 0x0a;

/** The file's bytes cut after each newline. Concatenating the pieces gives the file back. */
export async function* readLines(file: string): AsyncGenerator<LinePiece> {
  let rest: Uint8Array = new Uint8Array(0);
  let begins = true;
  for await (const chunk of createReadStream(file) as AsyncIterable<Uint8Array>) {
    const bytes = rest.byteLength === 0 ? chunk : Buffer.concat([rest, chunk]);
    let start = 0;
    for (let end = bytes.indexOf(NEWLINE); end >= 0; end = bytes.indexOf(NEWLINE, start)) {
      yield { bytes: bytes.subarray(start, end + 1), begins, ends: true };
      begins = true;
      start = end + 1;
    }
    rest = bytes.subarray(start);
    if (rest.byteLength >= PIECE_BYTES_MAX) {
      yield { bytes: rest, begins, ends: false };
      begins = false;
      rest = new Uint8Array(0);
    }
  }
  if (rest.byteLength > 0) yield { bytes: rest, begins, ends: true };
}
