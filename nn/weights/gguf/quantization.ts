import { bfloat16ToFloat32, float16ToFloat32 } from '../half.js';
import { viewAs } from '../views.js';
import { corrupt, unsupported } from './corrupt.js';
import { BLOCK_VALUES, dequantizeQ4, dequantizeQ5, dequantizeQ8 } from './dequantize.js';
import { dequantizeK, dequantizeQ6K, K_BLOCK_VALUES } from './dequantizeK.js';

/** How ggml stores values: blocks of `blockValues` in `blockBytes`, along the innermost axis. */
export interface Quantization {
  readonly name: string;
  readonly blockValues: number;
  readonly blockBytes: number;
  /** A multiple of `blockBytes` as float32, equal bit by bit to what ggml computes. */
  readonly toFloat32: (bytes: Uint8Array) => Float32Array;
}

/** `enum ggml_type`, with what is read here. */
const QUANTIZATIONS: ReadonlyMap<number, Quantization> = new Map<number, Quantization>([
  [0, plain('F32', 4, (bytes) => viewAs(Float32Array, bytes))],
  [1, plain('F16', 2, (bytes) => float16ToFloat32(viewAs(Uint16Array, bytes)))],
  [2, blocks('Q4_0', 18, (bytes) => dequantizeQ4(bytes, { minimum: false }))],
  [3, blocks('Q4_1', 20, (bytes) => dequantizeQ4(bytes, { minimum: true }))],
  [6, blocks('Q5_0', 22, (bytes) => dequantizeQ5(bytes, { minimum: false }))],
  [7, blocks('Q5_1', 24, (bytes) => dequantizeQ5(bytes, { minimum: true }))],
  [8, blocks('Q8_0', 34, dequantizeQ8)],
  [12, blocks('Q4_K', 144, (bytes) => dequantizeK(bytes, { fifthBits: false }), K_BLOCK_VALUES)],
  [13, blocks('Q5_K', 176, (bytes) => dequantizeK(bytes, { fifthBits: true }), K_BLOCK_VALUES)],
  [14, blocks('Q6_K', 210, dequantizeQ6K, K_BLOCK_VALUES)],
  [30, plain('BF16', 2, (bytes) => bfloat16ToFloat32(viewAs(Uint16Array, bytes)))],
]);

/** The others of `enum ggml_type`, removed ones left out. */
const UNREAD: ReadonlyMap<number, string> = new Map(
  Object.entries({
    Q8_1: 9,
    Q2_K: 10,
    Q3_K: 11,
    Q8_K: 15,
    IQ2_XXS: 16,
    IQ2_XS: 17,
    IQ3_XXS: 18,
    IQ1_S: 19,
    IQ4_NL: 20,
    IQ3_S: 21,
    IQ2_S: 22,
    IQ4_XS: 23,
    I8: 24,
    I16: 25,
    I32: 26,
    I64: 27,
    F64: 28,
    IQ1_M: 29,
    TQ1_0: 34,
    TQ2_0: 35,
    MXFP4: 39,
    NVFP4: 40,
  }).map(([name, number]) => [number, name]),
);

export function quantization(tensor: string, type: number): Quantization {
  const known = QUANTIZATIONS.get(type);
  if (known) return known;
  const unread = UNREAD.get(type);
  if (unread === undefined) throw corrupt(`${JSON.stringify(tensor)} is stored as the unknown type ${type}`);
  const readable = [...QUANTIZATIONS.values()].map(({ name }) => name).join(', ');
  throw unsupported(
    `${JSON.stringify(tensor)} is stored as ${unread}; convert the file to one of ${readable}`,
  );
}

function plain(name: string, blockBytes: number, toFloat32: Quantization['toFloat32']): Quantization {
  return { name, blockValues: 1, blockBytes, toFloat32 };
}

function blocks(
  name: string,
  blockBytes: number,
  toFloat32: Quantization['toFloat32'],
  blockValues = BLOCK_VALUES,
): Quantization {
  return { name, blockValues, blockBytes, toFloat32 };
}
