/**
 * Optimal string alignment: insertions, deletions, substitutions and swaps of neighbours, none edited twice.
 * @returns the distance, or `max + 1` when it is larger than `max`
 */
export const editDistance = (a: string, b: string, max: number): number => {
  if (Math.abs(a.length - b.length) > max) return max + 1;
  let [older, old]: [number[], number[]] = [[], Array.from({ length: b.length + 1 }, (_, index) => index)];
  for (let row = 1; row <= a.length; row += 1) {
    const current = [row];
    for (let column = 1; column <= b.length; column += 1) {
      const same = a[row - 1] === b[column - 1];
      let best = Math.min(
        (old[column] as number) + 1,
        (current[column - 1] as number) + 1,
        (old[column - 1] as number) + (same ? 0 : 1),
      );
      if (row > 1 && column > 1 && a[row - 1] === b[column - 2] && a[row - 2] === b[column - 1])
        best = Math.min(best, (older[column - 2] as number) + 1);
      current.push(best);
    }
    if (Math.min(...current) > max) return max + 1;
    [older, old] = [old, current];
  }
  return Math.min(old[b.length] as number, max + 1);
};

/** Letters of a word that deletes are made of: what lies behind is compared, not indexed. */
const PREFIX_LETTERS = 7;

const hash = (text: string): number => {
  let value = 0x811c9dc5;
  for (let unit = 0; unit < text.length; unit += 1)
    value = Math.imul(value ^ text.charCodeAt(unit), 0x01000193);
  return value >>> 0;
};

/** The prefix and what is left of it after up to `edits` deletions. */
const deletesOf = (word: string, edits: number): Set<string> => {
  const prefix = word.slice(0, PREFIX_LETTERS);
  const found = new Set([prefix]);
  let latest = [prefix];
  for (let edit = 0; edit < edits; edit += 1) {
    const next: string[] = [];
    for (const text of latest)
      for (let at = 0; at < text.length; at += 1) {
        const shorter = text.slice(0, at) + text.slice(at + 1);
        if (found.has(shorter)) continue;
        found.add(shorter);
        next.push(shorter);
      }
    latest = next;
  }
  return found;
};

export interface Suggestion {
  readonly word: string;
  readonly distance: number;
}

/** Place of a word in an entry: entries are hash * WORDS_MAX + place, exact in a double. */
const WORDS_MAX = 2 ** 20;

/**
 * Symmetric delete index (Garbe 2012, SymSpell): words within n edits share a form with at most n letters deleted from both.
 * Forms are kept as one sorted array of hashes, about 8 bytes a form.
 */
export class SymSpell {
  readonly #words: readonly string[];
  readonly #entries: Float64Array;

  constructor(
    words: readonly string[],
    private readonly editsMax: number,
  ) {
    this.#words = words.slice(0, WORDS_MAX);
    const entries: number[] = [];
    this.#words.forEach((word, place) => {
      for (const form of deletesOf(word, editsMax)) entries.push(hash(form) * WORDS_MAX + place);
    });
    this.#entries = Float64Array.from(entries).sort();
  }

  /** The words at the smallest distance of at most `editsMax`, in the order they were given. */
  closest(word: string): readonly Suggestion[] {
    const places = new Set<number>();
    for (const form of deletesOf(word, this.editsMax)) this.#collect(hash(form), places);
    let found: Suggestion[] = [];
    let least = this.editsMax;
    for (const place of [...places].sort((a, b) => a - b)) {
      const candidate = this.#words[place] as string;
      const distance = editDistance(word, candidate, least);
      if (distance > least) continue;
      if (distance < least) found = [];
      least = distance;
      found.push({ word: candidate, distance });
    }
    return found;
  }

  #collect(key: number, places: Set<number>): void {
    const entries = this.#entries;
    const from = key * WORDS_MAX;
    let [low, high] = [0, entries.length];
    while (low < high) {
      const middle = (low + high) >> 1;
      if ((entries[middle] as number) < from) low = middle + 1;
      else high = middle;
    }
    for (let at = low; at < entries.length && (entries[at] as number) < from + WORDS_MAX; at += 1)
      places.add((entries[at] as number) - from);
  }
}
