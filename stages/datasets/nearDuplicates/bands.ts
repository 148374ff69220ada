/** Bound once: in a vm context (jest) each look at a global costs more than the multiplication. */
const { imul } = Math;

/** How a sketch is cut so that similar pairs meet. */
export interface BandPlan {
  readonly bands: number;
  /** Positions in a band. */
  readonly rows: number;
  /** A pair that has fewer bands in common is not looked at. */
  readonly sharedMin: number;
}

const BANDS_MAX = 44;
const SHARED_MAX = 4;
const MISSED_SHARE_MAX = 0.001;

/** Probability that a pair of this similarity has fewer than `sharedMin` of the bands in common: a binomial's tail. */
export const missedShare = ({ bands, rows, sharedMin }: BandPlan, similarity: number): number => {
  const shared = similarity ** rows;
  let term = (1 - shared) ** bands;
  let sum = 0;
  for (let count = 0; count < sharedMin; count += 1) {
    sum += term;
    term *= ((bands - count) / (count + 1)) * (shared / (1 - shared));
  }
  return sum;
};

/** Similarity at which half of the pairs are looked at: the higher, the fewer are looked at in vain. */
const middle = (plan: BandPlan): number => {
  let [low, high] = [0, 1];
  for (let step = 0; step < 40; step += 1) {
    const similarity = (low + high) / 2;
    if (missedShare(plan, similarity) > 0.5) low = similarity;
    else high = similarity;
  }
  return low;
};

/**
 * Cuts sketches into bands (locality-sensitive hashing; Leskovec, Rajaraman, Ullman, "Mining of Massive Datasets",
 * chapter 3): of the cuts that let at most one in a thousand pairs at the threshold escape, the one that looks at the
 * fewest others; where there is none, the one with the fewest escapes. At most 44 bands, four bytes of a text each.
 */
export const planBands = (positions: number, threshold: number): BandPlan => {
  const plans: BandPlan[] = [];
  for (let rows = 1; rows <= positions; rows += 1) {
    const bands = Math.min(BANDS_MAX, Math.floor(positions / rows));
    for (let sharedMin = 1; sharedMin <= Math.min(SHARED_MAX, bands); sharedMin += 1)
      plans.push({ bands, rows, sharedMin });
  }
  const complete = plans.filter((plan) => missedShare(plan, threshold) <= MISSED_SHARE_MAX);
  const best = (of: readonly BandPlan[], worth: (plan: BandPlan) => number) =>
    of.reduce((most, plan) => (worth(plan) > worth(most) ? plan : most));
  return complete.length > 0 ? best(complete, middle) : best(plans, (plan) => -missedShare(plan, threshold));
};

/** Writes a 32-bit key of each band of the sketch into `keys` from `offset`. */
export const writeBandKeys = (
  { bands, rows }: BandPlan,
  sketch: Uint32Array,
  keys: Uint32Array,
  offset: number,
): void => {
  for (let band = 0; band < bands; band += 1) {
    let hash = 0x811c9dc5;
    for (let index = band * rows; index < (band + 1) * rows; index += 1) {
      hash = imul(hash ^ sketch[index]!, 0x01000193);
      hash ^= hash >>> 15;
    }
    keys[offset + band] = hash;
  }
};

/** How many bands two texts have in common. */
export const sharedBands = ({ bands }: BandPlan, keys: Uint32Array, a: number, b: number): number => {
  let shared = 0;
  for (let band = 0; band < bands; band += 1)
    if (keys[a * bands + band] === keys[b * bands + band]) shared += 1;
  return shared;
};
