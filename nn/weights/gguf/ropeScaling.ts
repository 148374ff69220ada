import { unsupported } from './corrupt.js';

export type RopeScaling =
  | { readonly rope_type: 'linear'; readonly factor: number }
  | {
      readonly rope_type: 'llama3';
      readonly factor: number;
      readonly low_freq_factor: number;
      readonly high_freq_factor: number;
      readonly original_max_position_embeddings: number;
    };

/** What every published LLaMA 3 uses; a GGUF file keeps only what follows from them. */
const LOW = 1;
const HIGH = 4;
const ORIGINAL_CONTEXT = 8192;

/** float32 of both sides. */
const TOLERANCE = 1e-5;

/**
 * LLaMA 3's scaling from the factors that divide each frequency: the largest is `factor`, the rest must follow from
 * it. Throws BASE_MODEL_UNSUPPORTED where they do not, since they then mean another scaling.
 */
export function llama3Scaling(
  factors: Float32Array,
  rotation: { readonly theta: number; readonly headDim: number; readonly original?: number | undefined },
): RopeScaling {
  const original = rotation.original ?? ORIGINAL_CONTEXT;
  // Kept to the digits of a float32, so that 8 does not become 8.000000953.
  const factor = Number(factors.reduce((most, value) => Math.max(most, value), 0).toPrecision(6));
  const expected = llama3Factors(factor, original, rotation);
  const agrees =
    factors.length === expected.length && factors.every((f, i) => Math.abs(f / expected[i]! - 1) < TOLERANCE);
  if (!agrees) throw unsupported('its rope_freqs are not those of a LLaMA 3 scaling');
  return {
    rope_type: 'llama3',
    factor,
    low_freq_factor: LOW,
    high_freq_factor: HIGH,
    original_max_position_embeddings: original,
  };
}

/** Source: `LlamaModel.generate_extra_tensors` in llama.cpp's convert_hf_to_gguf.py. */
function llama3Factors(
  factor: number,
  original: number,
  { theta, headDim }: { readonly theta: number; readonly headDim: number },
): number[] {
  return Array.from({ length: Math.min(headDim / 2, 65_536) }, (_, i) => {
    const wavelength = 2 * Math.PI * theta ** ((2 * i) / headDim);
    if (wavelength < original / HIGH) return 1;
    if (wavelength > original / LOW) return factor;
    const smooth = (original / wavelength - LOW) / (HIGH - LOW);
    return 1 / ((1 - smooth) / factor + smooth);
  });
}
