/** Bound once: in a vm context (jest) each look at a global costs more than the multiplication. */
const { imul } = Math;

const EMPTY = 0xffffffff;

export interface Sketcher {
  readonly positions: number;
  /** Probability that the sketches of two sets of this Jaccard similarity agree at a position. */
  agreement(jaccard: number): number;
  /** Writes the sketch of the shingles, which may repeat, over `sketch`. */
  sketch(shingles: Uint32Array, sketch: Uint32Array): void;
}

/**
 * MinHash by one permutation (Li, Owen, Zhang, "One Permutation Hashing", 2012): each shingle falls into one of
 * `positions` bins, and a bin keeps its least value; so a shingle costs one step and not one for each position. Empty
 * bins borrow from others by optimal densification (Shrivastava, "Optimal Densification for Fast and Accurate Minwise
 * Hashing", ICML 2017). Two sketches agree at a position with the probability of the sets' Jaccard similarity.
 */
export const createSketcher = (positions: number): Sketcher => ({
  positions,
  agreement: (jaccard) => jaccard,
  sketch: (shingles, sketch) => {
    sketch.fill(EMPTY);
    let filled = 0;
    for (let index = 0; index < shingles.length; index += 1) {
      const shingle = shingles[index]!;
      // The upper bits choose the bin; the value is mixed again so that it does not depend on them.
      const bin = ((shingle / 2 ** 32) * positions) | 0;
      const product = imul(shingle ^ (shingle >>> 15), 0x2c1b3c6d);
      const value = (product ^ (product >>> 12)) >>> 0;
      if (value < sketch[bin]!) {
        if (sketch[bin] === EMPTY) filled += 1;
        sketch[bin] = value;
      }
    }
    if (filled === positions) return;
    const own = sketch.slice();
    for (let bin = 0; bin < positions; bin += 1) {
      if (own[bin] !== EMPTY) continue;
      for (let attempt = 1; sketch[bin] === EMPTY && attempt < 64 * positions; attempt += 1) {
        let hash = imul(bin + 1, 0x9e3779b1) ^ imul(attempt, 0x85ebca6b);
        hash = imul(hash ^ (hash >>> 16), 0x21f0aaad);
        hash = (hash ^ (hash >>> 15)) >>> 0;
        sketch[bin] = own[((hash / 2 ** 32) * positions) | 0]!;
      }
    }
  },
});
