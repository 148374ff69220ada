import { createWriteStream } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Readable, Transform } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { FileFault } from '../formats/fileFault.js';

export interface UnpackingLimits {
  /** Of one file of the source, all archives within it together. */
  readonly bytesMax: number;
  readonly entriesMax: number;
  readonly depthMax: number;
}

/** DEFLATE reaches 1,032:1 on zeros; text and tables stay below 100:1. */
const RATIO_MAX = 250;
/** Smaller members may be as repetitive as they like. */
const RATIO_FREE_BYTES = 16 * 2 ** 20;

/** What the archives of one file of the source may still unpack. */
export class UnpackingBudget {
  #bytesLeft: number;
  #entriesLeft: number;

  constructor(readonly limits: UnpackingLimits) {
    this.#bytesLeft = limits.bytesMax;
    this.#entriesLeft = limits.entriesMax;
  }

  /** @throws FileFault that ends the archive */
  takeEntry(): void {
    this.#entriesLeft -= 1;
    if (this.#entriesLeft < 0) throw new FileFault('too-many-entries', true);
  }

  /** @throws FileFault that ends the archive */
  takeBytes(count: number): void {
    this.#bytesLeft -= count;
    if (this.#bytesLeft < 0) throw new FileFault('unpacks-too-large', true);
  }
}

/**
 * A folder of temporary files under names of their own: what an archive calls its members is never a path here. The
 * folder is made at the first file, and removed by `close`.
 */
export class Scratch {
  #folder: Promise<string> | undefined;
  #count = 0;

  async path(): Promise<string> {
    this.#folder ??= mkdtemp(join(tmpdir(), 'plumbline-files-'));
    this.#count += 1;
    const name = String(this.#count);
    return join(await this.#folder, name);
  }

  /** Writes the parts into a file, lends it to `use`, and removes it. */
  async *with<T>(
    write: (path: string) => Promise<void>,
    use: (path: string) => AsyncIterable<T>,
  ): AsyncGenerator<T> {
    const path = await this.path();
    try {
      await write(path);
      yield* use(path);
    } finally {
      await rm(path, { force: true });
    }
  }

  async close(): Promise<void> {
    if (this.#folder !== undefined) await rm(await this.#folder, { recursive: true, force: true });
  }
}

/**
 * Writes what a member unpacks to.
 * @param packedBytes its size in the archive
 * @throws FileFault where the member, or all of the archive, unpacks to too much
 */
export const unpackTo = async (
  path: string,
  unpacked: Readable,
  packedBytes: number,
  budget: UnpackingBudget,
): Promise<void> => {
  let written = 0;
  const bounded = new Transform({
    transform: (chunk: Buffer, _encoding, done) => {
      written += chunk.byteLength;
      try {
        budget.takeBytes(chunk.byteLength);
        if (written > RATIO_FREE_BYTES && written > RATIO_MAX * packedBytes)
          throw new FileFault('compression-ratio');
        done(null, chunk);
      } catch (fault) {
        done(fault as Error);
      }
    },
  });
  await pipeline(unpacked, bounded, createWriteStream(path, { flags: 'wx' }));
};
