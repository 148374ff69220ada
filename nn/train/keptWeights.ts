import { closeSync, mkdtempSync, openSync, readSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { float32Data, float32Tensor, type Tensor } from '../tensor.js';
import { bytesOf } from '../weights/views.js';
import { writeParts } from '../weights/writeFileParts.js';

/**
 * The best weights of a run, put aside on disk so that they take no memory while it goes on: in a file without a
 * name, which is gone with the process whatever ends it. Where the disk has no room they are kept in memory.
 */
export class KeptWeights {
  #descriptor: number | undefined;
  #shapes = new Map<string, readonly number[]>();
  #inMemory: Map<string, Tensor> | undefined;

  constructor(private readonly folder = tmpdir()) {}

  /** Replaces what was kept by the float32 `weights` as they are now. */
  keep(weights: ReadonlyMap<string, Tensor>): void {
    this.#shapes = new Map([...weights].map(([name, { dims }]) => [name, dims]));
    this.#inMemory = undefined;
    try {
      this.#descriptor ??= openNameless(this.folder);
      const parts = [...weights.values()].map(({ data }) => bytesOf(data));
      writeParts(this.#descriptor, parts);
    } catch {
      this.close();
      this.#inMemory = copyOf(weights);
    }
  }

  /** What was kept last, in arrays of the caller's own; nothing before the first `keep`. */
  read(): Map<string, Tensor> {
    if (this.#inMemory) return copyOf(this.#inMemory);
    let position = 0;
    const read = ([name, dims]: readonly [string, readonly number[]]) => {
      const tensor = float32Tensor(dims);
      readInto(this.#descriptor!, bytesOf(tensor.data), position);
      position += tensor.data.byteLength;
      return [name, tensor] as const;
    };
    return new Map([...this.#shapes].map(read));
  }

  close(): void {
    if (this.#descriptor !== undefined) closeSync(this.#descriptor);
    this.#descriptor = undefined;
  }
}

function copyOf(weights: ReadonlyMap<string, Tensor>): Map<string, Tensor> {
  return new Map(
    [...weights].map(([name, tensor]) => [name, float32Tensor(tensor.dims, float32Data(tensor).slice())]),
  );
}

function openNameless(parent: string): number {
  const folder = mkdtempSync(join(parent, 'plumbline-weights-'));
  try {
    return openSync(join(folder, 'best'), 'wx+', 0o600);
  } finally {
    rmSync(folder, { recursive: true });
  }
}

function readInto(descriptor: number, bytes: Uint8Array, position: number): void {
  for (let done = 0; done < bytes.length; ) {
    const read = readSync(descriptor, bytes, done, bytes.length - done, position + done);
    if (read === 0) throw new Error('the file of the best weights was cut');
    done += read;
  }
}
