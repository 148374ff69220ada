import { readFileSync } from 'node:fs';
import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { NnError } from '../../errors.js';
import { elementCount } from '../../tensor.js';
import { memorySource } from '../byteSource.js';
import { readGguf } from './llama.js';

const model = (name: string) => readFileSync(new URL(`../../goldens/gguf-llama/${name}`, import.meta.url));
const models = [model('sentence-piece.gguf'), model('byte-level.gguf')];

/** A change at a place; the first kilobytes hold the header and are hit more often. */
type Change = (bytes: Uint8Array) => Uint8Array;

const place = fc.oneof({ weight: 4, arbitrary: fc.nat(12_000) }, { weight: 1, arbitrary: fc.nat(110_000) });

const change: fc.Arbitrary<Change> = fc.oneof(
  fc.tuple(place, fc.integer({ min: 1, max: 255 })).map(
    ([at, flip]): Change =>
      (bytes) => {
        bytes[at]! ^= flip;
        return bytes;
      },
  ),
  fc
    .tuple(
      place,
      fc.constantFrom(0n, 1n, 2n ** 31n, 2n ** 32n, 2n ** 53n, 2n ** 60n, 2n ** 63n, 2n ** 64n - 1n),
    )
    .map(
      ([at, value]): Change =>
        (bytes) => {
          // An earlier change may have cut the file to less than a word.
          if (bytes.length >= 8)
            new DataView(bytes.buffer, bytes.byteOffset).setBigUint64(
              Math.min(at, bytes.length - 8),
              value,
              true,
            );
          return bytes;
        },
    ),
  place.map(
    (length): Change =>
      (bytes) =>
        bytes.subarray(0, length),
  ),
  fc.tuple(place, fc.integer({ min: 1, max: 64 })).map(
    ([at, length]): Change =>
      (bytes) =>
        Uint8Array.from([...bytes.subarray(0, at), ...bytes.subarray(at + length)]),
  ),
);

const CODES = ['WEIGHTS_CORRUPT', 'BASE_MODEL_UNSUPPORTED'];

describe('changed GGUF files', () => {
  it('give a whole model or are refused', () => {
    const outcomes = new Map<string, number>();
    const note = (outcome: string) => outcomes.set(outcome, (outcomes.get(outcome) ?? 0) + 1);
    fc.assert(
      fc.property(
        fc.constantFrom(...models),
        fc.array(change, { minLength: 1, maxLength: 3 }),
        (file, changes) => {
          const bytes = changes.reduce<Uint8Array>((changed, apply) => apply(changed), Uint8Array.from(file));
          try {
            const { tensors, tokenizerJson } = readGguf(memorySource(bytes));
            for (const { dims, data } of tensors.values()) expect(data.length).toBe(elementCount(dims));
            note('whole');
            JSON.stringify(tokenizerJson());
          } catch (error) {
            if (!(error instanceof NnError)) throw error;
            expect([...CODES, 'TOKENIZER_INVALID']).toContain(error.code);
            note(error.code);
          }
        },
      ),
      { numRuns: 400 },
    );
    expect(outcomes.get('whole')).toBeGreaterThan(0);
    expect(outcomes.get('WEIGHTS_CORRUPT')).toBeGreaterThan(0);
  });

  it('are refused wherever they are cut', () => {
    for (const file of models) {
      for (let length = 0; length < file.length; length += length < 9000 ? 37 : 997) {
        expect(() => readGguf(memorySource(file.subarray(0, length)))).toThrow(NnError);
      }
    }
  });
});
