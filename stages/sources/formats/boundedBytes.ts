import { createHash } from 'node:crypto';

/** Gathers a record's bytes up to a limit and hashes all of them, so that a huge record costs no memory. */
export class BoundedBytes {
  readonly #hash = createHash('sha256');
  #chunks: Uint8Array[] = [];
  #bytes = 0;

  constructor(readonly bytesMax: number) {}

  push(chunk: Uint8Array): void {
    this.#hash.update(chunk);
    this.#bytes += chunk.byteLength;
    if (this.#bytes > this.bytesMax) this.#chunks = [];
    else this.#chunks.push(chunk);
  }

  /** May be called once. `raw` is null when the limit was passed. */
  finish(): { readonly sha256: string; readonly bytes: number; readonly raw: Uint8Array | null } {
    return {
      sha256: this.#hash.digest('hex'),
      bytes: this.#bytes,
      raw: this.#bytes > this.bytesMax ? null : Buffer.concat(this.#chunks, this.#bytes),
    };
  }
}
