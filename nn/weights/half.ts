import type { HalfDType } from '../tensor.js';

/** IEEE 754 binary16 words to float32; exact, subnormals and non-finite values included. */
export function float16ToFloat32(words: Uint16Array): Float32Array {
  const result = new Float32Array(words.length);
  const bits = new Uint32Array(result.buffer);
  for (let i = 0; i < words.length; i++) {
    const word = words[i]!;
    const sign = (word & 0x8000) << 16;
    const exponent = (word >>> 10) & 0x1f;
    const fraction = word & 0x3ff;
    if (exponent === 0) result[i] = (sign === 0 ? 1 : -1) * fraction * 2 ** -24;
    else bits[i] = sign | ((exponent === 31 ? 255 : exponent + 112) << 23) | (fraction << 13);
  }
  return result;
}

/** float32 to the nearest IEEE 754 binary16 words, ties to even; what is too large becomes infinite. */
function float32ToFloat16(values: Float32Array): Uint16Array {
  const bits = new Uint32Array(values.buffer, values.byteOffset, values.length);
  return Uint16Array.from(bits, (word, at) => {
    const sign = (word >>> 16) & 0x8000;
    const magnitude = word & 0x7fffffff;
    if (magnitude > 0x7f800000) return sign | 0x7e00;
    if (magnitude >= 0x47800000) return sign | 0x7c00;
    if (magnitude < 0x38800000) return sign | roundToEven(Math.abs(values[at]!) * 2 ** 24);
    // A carry out of the fraction rightly goes into the exponent, of the largest numbers up to infinity.
    return sign | ((magnitude - 0x38000000 + 0xfff + ((magnitude >>> 13) & 1)) >>> 13);
  });
}

function roundToEven(value: number): number {
  const below = Math.floor(value);
  const rest = value - below;
  return rest > 0.5 || (rest === 0.5 && below % 2 === 1) ? below + 1 : below;
}

/** float32 to the nearest bfloat16 words, ties to even. */
function float32ToBfloat16(values: Float32Array): Uint16Array {
  const bits = new Uint32Array(values.buffer, values.byteOffset, values.length);
  return Uint16Array.from(bits, (word) => {
    if ((word & 0x7fffffff) > 0x7f800000) return (word >>> 16) | 0x40;
    return (word + 0x7fff + ((word >>> 16) & 1)) >>> 16;
  });
}

/** bfloat16 words to float32: the upper half of the same bits. */
export function bfloat16ToFloat32(words: Uint16Array): Float32Array {
  const bits = new Uint32Array(words.length);
  for (let i = 0; i < words.length; i++) bits[i] = words[i]! << 16;
  return new Float32Array(bits.buffer);
}

/** Words of half floats to float32, exact. */
export function fromHalf(dtype: HalfDType, words: Uint16Array): Float32Array {
  return dtype === 'float16' ? float16ToFloat32(words) : bfloat16ToFloat32(words);
}

/** float32 to the nearest half floats. */
export function toHalf(dtype: HalfDType, values: Float32Array): Uint16Array {
  return dtype === 'float16' ? float32ToFloat16(values) : float32ToBfloat16(values);
}
