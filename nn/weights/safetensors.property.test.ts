import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { NnError } from '../errors.js';
import { BYTES_PER_ELEMENT, elementCount, type Tensor } from '../tensor.js';
import { readSafetensorsFile, writeSafetensors } from './safetensors.js';

const tensor: fc.Arbitrary<Tensor> = fc
  .record({
    dtype: fc.constantFrom('float32', 'int64', 'int32', 'bool'),
    dims: fc.array(fc.nat(4), { maxLength: 3 }),
  })
  .chain(({ dtype, dims }) => {
    const bytes = elementCount(dims) * BYTES_PER_ELEMENT[dtype];
    return fc.uint8Array({ minLength: bytes, maxLength: bytes }).map(({ buffer }): Tensor => {
      const type = { float32: Float32Array, int64: BigInt64Array, int32: Int32Array, bool: Uint8Array }[
        dtype
      ];
      return { dtype, dims, data: new type(buffer.slice(0)) };
    });
  });

const name = fc.string({ unit: 'binary', maxLength: 12 }).filter((text) => text !== '__metadata__');
const tensors = fc.array(fc.tuple(name, tensor), { maxLength: 5 }).map((entries) => new Map(entries));
const metadata = fc.dictionary(fc.string(), fc.string(), { maxKeys: 3, noNullPrototype: true });

function acceptsOrRefuses(bytes: Uint8Array): void {
  try {
    readSafetensorsFile(bytes);
  } catch (error) {
    if (!(error instanceof NnError)) throw error;
  }
}

const bitsOf = ({ data }: Tensor) =>
  Buffer.from(data.buffer, data.byteOffset, data.byteLength).toString('hex');

describe('safetensors', () => {
  it('gives back every tensor bit by bit, and the metadata', () => {
    fc.assert(
      fc.property(tensors, metadata, (given, notes) => {
        const read = readSafetensorsFile(writeSafetensors(given, notes));
        expect(read.metadata).toEqual(notes);
        expect([...read.tensors.keys()].sort()).toEqual([...given.keys()].sort());
        for (const [key, expected] of given) {
          const found = read.tensors.get(key)!;
          expect([found.dtype, found.dims, bitsOf(found)]).toEqual([
            expected.dtype,
            expected.dims,
            bitsOf(expected),
          ]);
        }
      }),
    );
  });

  it('refuses every truncated file with NnError', () => {
    fc.assert(
      fc.property(tensors, fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true }), (given, share) => {
        const bytes = writeSafetensors(given);
        expect(() => readSafetensorsFile(bytes.subarray(0, Math.floor(share * bytes.length)))).toThrow(
          NnError,
        );
      }),
    );
  });

  it('never fails with anything but NnError on a flipped byte', () => {
    fc.assert(
      fc.property(tensors, metadata, fc.nat(), fc.integer({ min: 1, max: 255 }), (given, notes, at, flip) => {
        const bytes = writeSafetensors(given, notes);
        bytes[at % bytes.length]! ^= flip;
        acceptsOrRefuses(bytes);
      }),
      { numRuns: 500 },
    );
  });

  it('never fails with anything but NnError on arbitrary JSON headers', () => {
    fc.assert(
      fc.property(fc.json(), fc.nat(64), (json, dataBytes) => {
        const header = new TextEncoder().encode(json);
        const bytes = new Uint8Array(8 + header.length + dataBytes);
        new DataView(bytes.buffer).setUint32(0, header.length, true);
        bytes.set(header, 8);
        acceptsOrRefuses(bytes);
      }),
    );
  });
});
