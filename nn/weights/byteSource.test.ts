import {
  appendFileSync,
  closeSync,
  ftruncateSync,
  mkdtempSync,
  openSync,
  readFileSync,
  rmSync,
  truncateSync,
  writeFileSync,
  writeSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { NnError } from '../errors.js';
import { float32Tensor } from '../tensor.js';
import { type ByteSource, withFileOf } from './byteSource.js';
import { readGguf } from './gguf/llama.js';
import { readSafetensorsSource, writeSafetensors } from './safetensors.js';

describe('files of a model', () => {
  let folder = '';
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'plumbline-source-'));
  });
  afterEach(() => rmSync(folder, { recursive: true }));

  /** Reads the file, which is cut to `size` bytes just before read number `at`. */
  function readWhileCut(
    bytes: Uint8Array,
    read: (source: ByteSource) => unknown,
    at: number,
    size: number,
  ): string {
    const path = join(folder, 'weights');
    writeFileSync(path, bytes);
    let reads = 0;
    try {
      withFileOf(folder, 'weights', (file) =>
        read({
          size: file.size,
          read(offset, length) {
            if (reads++ === at) truncateSync(path, size);
            return file.read(offset, length);
          },
        }),
      );
    } catch (error) {
      if (error instanceof NnError) return error.code;
      throw error;
    }
    return 'read whole';
  }

  const checkpoint = writeSafetensors(
    new Map(
      Array.from({ length: 6 }, (_, at) => [`w${at}`, float32Tensor([9], new Float32Array(9).fill(at))]),
    ),
  );
  const model = readFileSync(new URL('../goldens/gguf-llama/sentence-piece.gguf', import.meta.url));

  it.each([
    ['a safetensors file', checkpoint, readSafetensorsSource, 8],
    ['a GGUF file', model, readGguf, 20],
  ] as const)('reads %s whole or refuses it', (_, bytes, read, reads) => {
    const outcomes = new Set<string>();
    fc.assert(
      fc.property(fc.nat(reads), fc.nat(bytes.length - 1), (at, size) => {
        const outcome = readWhileCut(bytes, read, at, size);
        outcomes.add(outcome);
        expect(['read whole', 'WEIGHTS_CORRUPT']).toContain(outcome);
      }),
      { numRuns: 60 },
    );
    expect(outcomes).toContain('WEIGHTS_CORRUPT');
  });

  it('reads what was there when the file was opened, though it grows', () => {
    writeFileSync(join(folder, 'weights'), checkpoint);
    const { tensors } = withFileOf(folder, 'weights', (source) => {
      appendFileSync(join(folder, 'weights'), 'more');
      return readSafetensorsSource(source);
    });
    expect(tensors.get('w5')!.data).toEqual(new Float32Array(9).fill(5));
  });

  it('reads beyond 4 GiB, and refuses a tensor that no array can hold', () => {
    const descriptor = openSync(join(folder, 'weights'), 'w');
    ftruncateSync(descriptor, 2 ** 42);
    writeSync(descriptor, new Uint8Array([7, 8, 9]), 0, 3, 5 * 2 ** 30);
    closeSync(descriptor);
    withFileOf(folder, 'weights', (source) => {
      expect([...source.read(5 * 2 ** 30, 3)]).toEqual([7, 8, 9]);
      expect(() => source.read(0, 2 ** 42)).toThrow(NnError);
    });
  });
});
