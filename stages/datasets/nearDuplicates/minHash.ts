/** Bound once: in a vm context (jest) each look at a global costs more than the multiplication. */
const { imul } = Math;

export interface MinHasher {
  readonly permutations: number;
  /** Writes the signature of a set into `signatures` from `offset`. */
  sign(set: Uint32Array, signatures: Uint32Array, offset: number): void;
}

/** Weyl sequence of the golden ratio through a mixer (as in splitmix32): fixed, well spread parameters. */
const parameters = (count: number): Int32Array => {
  const values = new Int32Array(count);
  let state = 0x5eed;
  for (let index = 0; index < count; index += 1) {
    state = (state + 0x9e3779b9) | 0;
    let value = imul(state ^ (state >>> 16), 0x21f0aaad);
    value = imul(value ^ (value >>> 15), 0x735a2d97);
    values[index] = value ^ (value >>> 15);
  }
  return values;
};

/**
 * MinHash (Broder, "On the resemblance and containment of documents", 1997): position i of a signature is the
 * least value that the i-th permutation takes on the set, so two signatures agree at a position with the
 * probability of the sets' Jaccard similarity. The permutations are bijections of 32-bit integers: an odd
 * multiplier and a shift.
 */
export const createMinHasher = (permutations: number): MinHasher => {
  const multipliers = parameters(permutations).map((value) => value | 1);
  const offsets = parameters(2 * permutations).subarray(permutations);
  return {
    permutations,
    sign: (set, signatures, offset) => {
      for (let position = 0; position < permutations; position += 1) {
        const multiplier = multipliers[position] as number;
        const shift = offsets[position] as number;
        let least = 0xffffffff;
        for (let index = 0; index < set.length; index += 1) {
          const product = imul((set[index] as number) ^ shift, multiplier);
          const value = (product ^ (product >>> 15)) >>> 0;
          if (value < least) least = value;
        }
        signatures[offset + position] = least;
      }
    },
  };
};

const MISSED_SHARE_MAX = 0.001;

/**
 * Positions in a band: the most that still let fewer than one in a thousand pairs at the threshold escape. A
 * pair of similarity s shares a band of r positions with probability s^r, so none of b bands with (1 - s^r)^b.
 */
export const bandRowsFor = (permutations: number, threshold: number): number => {
  let rows = 1;
  for (let candidate = 2; candidate <= permutations; candidate += 1) {
    const missed = (1 - threshold ** candidate) ** Math.floor(permutations / candidate);
    if (missed <= MISSED_SHARE_MAX) rows = candidate;
  }
  return rows;
};
