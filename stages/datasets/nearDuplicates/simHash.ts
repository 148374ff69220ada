import type { Sketcher } from './sketch.js';

/** Bound once: in a vm context (jest) each look at a global costs more than the multiplication. */
const { imul } = Math;

/** The generator that gives each shingle its own directions, 32 at a time (splitmix32's mixer). */
const nextBits = (state: number): number => {
  let value = imul(state ^ (state >>> 16), 0x21f0aaad);
  value = imul(value ^ (value >>> 15), 0x735a2d97);
  return value ^ (value >>> 15);
};

/**
 * SimHash (Charikar, "Similarity Estimation Techniques from Rounding Algorithms", STOC 2002): a bit says on which side
 * of a random hyperplane the vector of shingle counts lies. Two sketches agree at a bit with probability 1 - θ/π, θ the
 * angle between the vectors. Each position of the sketch is one bit.
 */
export const createSimHasher = (bits: number): Sketcher => {
  const sums = new Int32Array(bits);
  return {
    positions: bits,
    // Sets of equal size and Jaccard similarity s have the cosine 2s / (1 + s).
    agreement: (jaccard) => 1 - Math.acos(Math.min(1, (2 * jaccard) / (1 + jaccard))) / Math.PI,
    sketch: (shingles, sketch) => {
      sums.fill(0);
      for (let index = 0; index < shingles.length; index += 1) {
        let state = shingles[index]!;
        for (let from = 0; from < bits; from += 32) {
          state = (state + 0x9e3779b9) | 0;
          const directions = nextBits(state);
          const until = Math.min(32, bits - from);
          for (let bit = 0; bit < until; bit += 1) sums[from + bit]! += ((directions >>> bit) & 1) * 2 - 1;
        }
      }
      for (let bit = 0; bit < bits; bit += 1) sketch[bit] = sums[bit]! > 0 ? 1 : 0;
    },
  };
};
