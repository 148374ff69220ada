import type { ByteSource } from '../byteSource.js';
import { corrupt } from './corrupt.js';

/** Few reads for the many small values of a header, and little read for nothing. */
const WINDOW_BYTES = 1 << 16;

/** Reads little-endian values one after another. Every method throws WEIGHTS_CORRUPT where the source ends before. */
export class Cursor {
  position = 0;
  #window: Uint8Array = new Uint8Array(0);
  #windowStart = 0;

  constructor(private readonly source: ByteSource) {}

  get remaining(): number {
    return this.source.size - this.position;
  }

  /** A view that is valid until the next call. */
  take(length: number): DataView {
    if (length > this.remaining) {
      throw corrupt(`it ends after ${this.source.size} bytes, ${length} more are needed at ${this.position}`);
    }
    let start = this.position - this.#windowStart;
    if (start + length > this.#window.length) {
      const wanted = Math.min(Math.max(length, WINDOW_BYTES), this.remaining);
      this.#window = this.source.read(this.position, wanted);
      this.#windowStart = this.position;
      start = 0;
    }
    this.position += length;
    return new DataView(this.#window.buffer, this.#window.byteOffset + start, length);
  }

  uint32(): number {
    return this.take(4).getUint32(0, true);
  }

  /**
   * A count of things that take at least `bytesEach` bytes: one that the rest of the file cannot hold is refused
   * before anything is allocated for it.
   */
  count(what: string, bytesEach: number): number {
    const value = this.take(8).getBigUint64(0, true);
    if (value * BigInt(bytesEach) > BigInt(this.remaining)) {
      throw corrupt(`it claims ${value} ${what}, more than the ${this.remaining} bytes left can hold`);
    }
    return Number(value);
  }

  string(what: string): string {
    const view = this.take(this.count(`bytes of ${what}`, 1));
    try {
      return UTF8.decode(view);
    } catch {
      throw corrupt(`${what} is not UTF-8`);
    }
  }
}

const UTF8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });
