import { readFileSync } from 'node:fs';
import { describe, expect, it } from '@jest/globals';
import { NnError } from '../errors.js';
import { float32Tensor, int64Tensor } from '../tensor.js';
import { readSafetensors, readSafetensorsFile, writeSafetensors } from './safetensors.js';

const golden = new URL('../goldens/bert-sequence-classification/', import.meta.url);

function file(header: unknown, dataBytes: number): Uint8Array {
  const json = new TextEncoder().encode(typeof header === 'string' ? header : JSON.stringify(header));
  const bytes = new Uint8Array(8 + json.length + dataBytes);
  new DataView(bytes.buffer).setUint32(0, json.length, true);
  bytes.set(json, 8);
  return bytes;
}

const f32 = (shape: unknown, begin: number, end: number) => ({
  dtype: 'F32',
  shape,
  data_offsets: [begin, end],
});

function refusal(bytes: Uint8Array): NnError {
  try {
    readSafetensors(bytes);
  } catch (error) {
    if (error instanceof NnError) return error;
    throw error;
  }
  throw new Error('was accepted');
}

describe('safetensors', () => {
  it('reads what the reference writer wrote', () => {
    const tensors = readSafetensors(readFileSync(new URL('model.safetensors', golden)));
    expect(tensors.get('bert.embeddings.word_embeddings.weight')?.dims).toEqual([211, 32]);
    const cases = readSafetensors(readFileSync(new URL('case.safetensors', golden)));
    expect(cases.get('labels')?.data).toBeInstanceOf(BigInt64Array);
  });

  it('writes equal bytes for equal content in any order', () => {
    const a = float32Tensor([2], new Float32Array([1, 2]));
    const b = int64Tensor([1], new BigInt64Array([7n]));
    const one = writeSafetensors(
      new Map([
        ['a', a],
        ['b', b],
      ]),
      { format: 'pt', by: 'x' },
    );
    const two = writeSafetensors(
      new Map([
        ['b', b],
        ['a', a],
      ]),
      { by: 'x', format: 'pt' },
    );
    expect(Buffer.compare(one, two)).toBe(0);
    expect(readSafetensorsFile(one).metadata).toEqual({ format: 'pt', by: 'x' });
  });

  it('reads values at any alignment', () => {
    const bytes = writeSafetensors(new Map([['a', float32Tensor([3], new Float32Array([1, -2, 3.5]))]]));
    const shifted = Buffer.concat([Buffer.from([0]), bytes]).subarray(1);
    expect([...readSafetensors(shifted).get('a')!.data]).toEqual([1, -2, 3.5]);
  });

  it('widens F16 and BF16 exactly', () => {
    const header = {
      h: { dtype: 'F16', shape: [5], data_offsets: [0, 10] },
      b: { dtype: 'BF16', shape: [2], data_offsets: [10, 14] },
    };
    const bytes = file(header, 14);
    const words = new Uint8Array(
      new Uint16Array([0x3c00, 0xc000, 0x0001, 0x7c00, 0x8000, 0x3f80, 0xc2f7]).buffer,
    );
    bytes.set(words, bytes.length - 14);
    const tensors = readSafetensors(bytes);
    expect([...tensors.get('h')!.data]).toEqual([1, -2, 2 ** -24, Number.POSITIVE_INFINITY, -0]);
    expect([...tensors.get('b')!.data]).toEqual([1, -123.5]);
  });

  const hugeHeader = new Uint8Array(16).fill(0xff);
  const notUtf8 = file('{"x":0}', 0).fill(0xff, 10, 11);
  it.each<[string, Uint8Array]>([
    ['an empty file', new Uint8Array(0)],
    ['a header length beyond 2^53', hugeHeader],
    ['a header longer than the file', file({}, 0).subarray(0, 9)],
    ['a header that is not JSON', file('{"a":', 0)],
    ['a header that is not UTF-8', notUtf8],
    ['a header that is a list', file([], 0)],
    ['an entry that is no object', file({ a: 1 }, 0)],
    ['an entry with no dtype', file({ a: { shape: [], data_offsets: [0, 4] } }, 4)],
    ['negative sizes', file({ a: f32([-1, -1], 0, 4) }, 4)],
    ['fractional sizes', file({ a: f32([0.5], 0, 2) }, 2)],
    ['a product of sizes beyond 2^53', file({ a: f32([2 ** 40, 2 ** 40], 0, 4) }, 4)],
    ['a shape that disagrees with the offsets', file({ a: f32([2], 0, 4) }, 4)],
    ['offsets past the end', file({ a: f32([2], 0, 8) }, 4)],
    ['overlapping tensors', file({ a: f32([2], 0, 8), b: f32([2], 4, 12) }, 12)],
    ['a gap between tensors', file({ a: f32([1], 0, 4), b: f32([1], 8, 12) }, 12)],
    ['bytes that belong to no tensor', file({ a: f32([1], 0, 4) }, 8)],
    [
      'one name twice',
      file(
        '{"a":{"dtype":"F32","shape":[0],"data_offsets":[0,0]},"\\u0061":{"dtype":"F32","shape":[0],"data_offsets":[0,0]}}',
        0,
      ),
    ],
    ['metadata that is not text', file({ __metadata__: { a: 1 } }, 0)],
  ])('refuses %s', (_, bytes) => {
    expect(refusal(bytes).code).toBe('WEIGHTS_CORRUPT');
  });

  it('refuses element types it cannot use and says which', () => {
    const error = refusal(file({ a: { dtype: 'F8_E4M3', shape: [1], data_offsets: [0, 1] } }, 1));
    expect(error.code).toBe('BASE_MODEL_UNSUPPORTED');
    expect(error.message).toContain('F8_E4M3');
  });

  it('survives a name of many megabytes and deep nesting', () => {
    expect(refusal(file({ ['n'.repeat(10_000_000)]: 1 }, 0)).code).toBe('WEIGHTS_CORRUPT');
    expect(refusal(file(`{"a":${'['.repeat(200_000)}${']'.repeat(200_000)}}`, 0)).code).toBe(
      'WEIGHTS_CORRUPT',
    );
  });
});
