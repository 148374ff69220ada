import { float16ToFloat32 } from '../half.js';

/** Values of one block. */
export const BLOCK_VALUES = 32;
const HALF = BLOCK_VALUES / 2;

/** Every binary16 word as float32: a scale then costs one look-up a block. */
const FLOAT16 = float16ToFloat32(Uint16Array.from({ length: 1 << 16 }, (_, word) => word));

/** With `minimum`, a block holds scale and minimum and means `scale * q + minimum`, else `scale * (q - middle)`. */
interface Affine {
  readonly minimum: boolean;
}

/**
 * Q4_0 and Q4_1: binary16 scale (and minimum), then 16 bytes: the low halves are values 0 to 15 of the block, the high
 * halves values 16 to 31. Source: `dequantize_row_q4_0` and `_q4_1` in ggml-quants.c.
 */
export function dequantizeQ4(bytes: Uint8Array, { minimum }: Affine): Float32Array {
  const header = minimum ? 4 : 2;
  const values = new Float32Array((bytes.length / (header + HALF)) * BLOCK_VALUES);
  for (let at = 0, to = 0; at < bytes.length; at += header + HALF, to += BLOCK_VALUES) {
    const scale = float16(bytes, at);
    const offset = minimum ? 0 : 8;
    const base = minimum ? float16(bytes, at + 2) : 0;
    for (let i = 0; i < HALF; i++) {
      const byte = bytes[at + header + i]!;
      values[to + i] = shifted(scale * ((byte & 15) - offset), base, minimum);
      values[to + HALF + i] = shifted(scale * ((byte >> 4) - offset), base, minimum);
    }
  }
  return values;
}

/**
 * Q5_0 and Q5_1: like Q4, with the fifth bits of the 32 values in a word between header and halves. Source:
 * `dequantize_row_q5_0` and `_q5_1` in ggml-quants.c.
 */
export function dequantizeQ5(bytes: Uint8Array, { minimum }: Affine): Float32Array {
  const header = minimum ? 4 : 2;
  const size = header + 4 + HALF;
  const values = new Float32Array((bytes.length / size) * BLOCK_VALUES);
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  for (let at = 0, to = 0; at < bytes.length; at += size, to += BLOCK_VALUES) {
    const scale = float16(bytes, at);
    const offset = minimum ? 0 : 16;
    const base = minimum ? float16(bytes, at + 2) : 0;
    const fifth = view.getUint32(at + header, true);
    for (let i = 0; i < HALF; i++) {
      const byte = bytes[at + header + 4 + i]!;
      const low = (byte & 15) | (((fifth >>> i) & 1) << 4);
      const high = (byte >> 4) | (((fifth >>> (i + HALF)) & 1) << 4);
      values[to + i] = shifted(scale * (low - offset), base, minimum);
      values[to + HALF + i] = shifted(scale * (high - offset), base, minimum);
    }
  }
  return values;
}

/** Q8_0: binary16 scale, then 32 signed bytes. Source: `dequantize_row_q8_0` in ggml-quants.c. */
export function dequantizeQ8(bytes: Uint8Array): Float32Array {
  const size = 2 + BLOCK_VALUES;
  const values = new Float32Array((bytes.length / size) * BLOCK_VALUES);
  for (let at = 0, to = 0; at < bytes.length; at += size, to += BLOCK_VALUES) {
    const scale = float16(bytes, at);
    for (let i = 0; i < BLOCK_VALUES; i++) values[to + i] = scale * ((bytes[at + 2 + i]! << 24) >> 24);
  }
  return values;
}

/** The binary16 value at a byte. */
export function float16(bytes: Uint8Array, at: number): number {
  return FLOAT16[bytes[at]! | (bytes[at + 1]! << 8)]!;
}

/** Products of an 11-bit scale are exact, so that one rounding, in the array, is ggml's. Adding 0 would lose -0. */
function shifted(product: number, base: number, minimum: boolean): number {
  return minimum ? product + base : product;
}
