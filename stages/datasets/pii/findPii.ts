import type { PiiKind } from '../../../contracts/index.js';
import { DETECTORS } from './detectors.js';

export interface Found {
  readonly kind: PiiKind;
  readonly start: number;
  readonly end: number;
  /** The value without blanks and marks, in one case. */
  readonly canonical: string;
}

/** Personal data in the order of the text; of two kinds that meet, the earlier in the table of detectors stays. */
export const findPii = (text: string, kinds: readonly PiiKind[]): readonly Found[] => {
  const found: Found[] = [];
  for (const { kind, pattern, accepts, canonical, cut } of DETECTORS) {
    if (!kinds.includes(kind)) continue;
    for (const { 0: whole, index } of text.matchAll(pattern)) {
      const match = cut === undefined ? whole : cut(whole);
      const value = canonical(match);
      const [start, end] = [index, index + match.length];
      if (accepts(value, match) && !found.some((other) => other.start < end && start < other.end))
        found.push({ kind, start, end, canonical: value });
    }
  }
  return found.sort((a, b) => a.start - b.start);
};
