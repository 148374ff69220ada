import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { NnError } from '../errors.js';
import { float32Tensor } from '../tensor.js';
import { type Checkpoint, decodeCheckpoint, encodeCheckpoint } from './checkpoint.js';
import { EMPTY_HISTORY } from './history.js';

const tensor = (...values: number[]) => float32Tensor([values.length], Float32Array.from(values));
const point = { step: 2, score: 0.1 + 0.2, loss: 1 / 3 };
const checkpoint: Checkpoint = {
  fingerprint: 'f'.repeat(64),
  history: { ...EMPTY_HISTORY, step: 2, validation: [point], best: point, realTokens: 17, paddedTokens: 20 },
  losses: Float32Array.of(0.7, 0.6),
  weights: new Map([
    ['a/b', tensor(1, 2)],
    ['c', tensor(3)],
  ]),
  state: new Map([
    [
      'firstMoments',
      new Map([
        ['a/b', tensor(4, 5)],
        ['c', tensor(6)],
      ]),
    ],
    ['vectorMoments', new Map([['c', tensor(9)]])],
  ]),
  bestWeights: new Map([
    ['a/b', tensor(10, 11)],
    ['c', tensor(12)],
  ]),
};
const bytes = encodeCheckpoint(checkpoint);
const decoding = (changed: Uint8Array) => () => decodeCheckpoint(changed, checkpoint.fingerprint);
const refused = expect.objectContaining({ constructor: NnError, code: 'CHECKPOINT_CORRUPT' });

describe('checkpoint', () => {
  it('gives back what was put in, in equal bytes each time', () => {
    expect(decodeCheckpoint(bytes, checkpoint.fingerprint)).toEqual(checkpoint);
    expect(Buffer.compare(bytes, encodeCheckpoint(checkpoint))).toBe(0);
  });

  it('refuses any flipped byte', () => {
    fc.assert(
      fc.property(fc.nat(bytes.length - 1), fc.integer({ min: 1, max: 255 }), (at, flip) => {
        const changed = bytes.slice();
        changed[at]! ^= flip;
        expect(decoding(changed)).toThrow(refused);
      }),
    );
  });

  it('refuses any cut or prolonged file', () => {
    fc.assert(
      fc.property(fc.nat(bytes.length - 1), (length) =>
        expect(decoding(bytes.subarray(0, length))).toThrow(refused),
      ),
    );
    expect(decoding(Uint8Array.from([...bytes, 0]))).toThrow(refused);
  });

  it('refuses a checkpoint of another run', () => {
    expect(() => decodeCheckpoint(bytes, '0'.repeat(64))).toThrow(refused);
  });
});
