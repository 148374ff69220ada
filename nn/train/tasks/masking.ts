import { IGNORED_LABEL } from '../../models/losses/crossEntropy.js';
import type { Random } from '../../random.js';

/** What a masked language model is asked for. */
export interface Masking {
  /** Token that stands for a hidden one. */
  readonly maskId: number;
  /** Tokens that are never hidden, such as those of a text's ends. */
  readonly specialIds: readonly number[];
  /** Share of the other tokens that are asked for; 0.15 in BERT. */
  readonly probability: number;
}

export interface MaskedText {
  readonly ids: Int32Array;
  /** The hidden token where one is asked for, -100 elsewhere. */
  readonly labels: Int32Array;
}

/**
 * Chooses tokens as BERT does (Devlin et al. 2018): of those asked for 80 % are hidden, 10 % replaced by any token and
 * 10 % left. At least one is asked for, where there is any that is not special.
 */
export function maskTokens(
  ids: Int32Array,
  { maskId, specialIds, probability }: Masking,
  vocabularySize: number,
  random: Random,
): MaskedText {
  const special = new Set(specialIds);
  const candidates = Int32Array.from([...ids.keys()].filter((at) => !special.has(ids[at]!)));
  const chosen = candidates.filter(() => random.uniform() < probability);
  const asked =
    chosen.length === 0 && candidates.length > 0 ? [candidates[random.below(candidates.length)]!] : chosen;
  const masked = ids.slice();
  const labels = new Int32Array(ids.length).fill(IGNORED_LABEL);
  for (const at of asked) {
    labels[at] = ids[at]!;
    const way = random.uniform();
    if (way < 0.8) masked[at] = maskId;
    else if (way < 0.9) masked[at] = random.below(vocabularySize);
  }
  return { ids: masked, labels };
}
