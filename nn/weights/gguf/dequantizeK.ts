import { float16 } from './dequantize.js';

/** Values of one block of the K-quantisations, in eight or sixteen parts with scales of their own. */
export const K_BLOCK_VALUES = 256;

const PART_VALUES = 32;
const PARTS = K_BLOCK_VALUES / PART_VALUES;

/**
 * Q4_K and, with `fifthBits`, Q5_K: binary16 scales of the parts' scales and minima, those in 6 bits each, for Q5_K the
 * fifth bits, then halves of bytes: `scale * q - minimum`. Source: `dequantize_row_q4_K` and `_q5_K` in ggml-quants.c.
 */
export function dequantizeK(bytes: Uint8Array, { fifthBits }: { readonly fifthBits: boolean }): Float32Array {
  const halves = fifthBits ? 16 + PART_VALUES : 16;
  const size = halves + K_BLOCK_VALUES / 2;
  const values = new Float32Array((bytes.length / size) * K_BLOCK_VALUES);
  for (let at = 0, to = 0; at < bytes.length; at += size) {
    const scaleOfScales = float16(bytes, at);
    const scaleOfMinima = float16(bytes, at + 2);
    for (let part = 0; part < PARTS; part++, to += PART_VALUES) {
      const scale = scaleOfScales * sixBits(bytes, at + 4, part, 0);
      const minimum = scaleOfMinima * sixBits(bytes, at + 4, part, 1);
      const low = at + halves + (part >> 1) * PART_VALUES;
      for (let i = 0; i < PART_VALUES; i++) {
        const half = (bytes[low + i]! >> ((part & 1) * 4)) & 15;
        const fifth = fifthBits ? ((bytes[at + 16 + i]! >> part) & 1) << 4 : 0;
        values[to + i] = scale * (half | fifth) - minimum;
      }
    }
  }
  return values;
}

/** The numbers of 6 bits: four scales, four minima, then the low bits of the other four of each. */
function sixBits(bytes: Uint8Array, at: number, part: number, minimum: 0 | 1): number {
  const first = bytes[at + minimum * 4 + (part & 3)]!;
  if (part < 4) return first & 63;
  return ((bytes[at + 8 + (part & 3)]! >> (minimum * 4)) & 15) | ((first >> 2) & 48);
}

/**
 * Q6_K: the low halves of 256 values, their two high bits, sixteen signed scales and a binary16 scale of these:
 * `scale * (q - 32)`. Source: `dequantize_row_q6_K` in ggml-quants.c.
 */
export function dequantizeQ6K(bytes: Uint8Array): Float32Array {
  const size = 210;
  const values = new Float32Array((bytes.length / size) * K_BLOCK_VALUES);
  for (let at = 0, to = 0; at < bytes.length; at += size, to += K_BLOCK_VALUES) {
    const scaleOfScales = float16(bytes, at + 208);
    for (let i = 0; i < K_BLOCK_VALUES; i++) {
      const upper = i >> 7;
      const low = (bytes[at + upper * 64 + (i & 63)]! >> (((i >> 6) & 1) * 4)) & 15;
      const high = (bytes[at + 128 + upper * 32 + (i & 31)]! >> (((i >> 5) & 3) * 2)) & 3;
      const scale = (bytes[at + 192 + (i >> 4)]! << 24) >> 24;
      values[to + i] = scaleOfScales * scale * ((low | (high << 4)) - 32);
    }
  }
  return values;
}
