/** A pair of neighbouring pieces as one number; pairs compare as their numbers do. */
export type PairKey = number;

const ID_RANGE = 2 ** 24;

export function pairKey(left: number, right: number): PairKey {
  return left * ID_RANGE + right;
}

export function leftOf(key: PairKey): number {
  return Math.floor(key / ID_RANGE);
}

export function rightOf(key: PairKey): number {
  return key % ID_RANGE;
}

export interface MergeCandidate {
  readonly key: PairKey;
  /** Occurrences when the candidate was queued; stale once neighbours have been merged. */
  readonly count: number;
  /** The words that held the pair then. */
  readonly words: readonly number[];
}

/** A binary heap: the highest count first, equal counts by the smaller pair. */
export class MergeQueue {
  readonly #heap: MergeCandidate[] = [];

  push(candidate: MergeCandidate): void {
    const heap = this.#heap;
    let at = heap.length;
    while (at > 0) {
      const parent = (at - 1) >> 1;
      if (!isBefore(candidate, heap[parent]!)) break;
      heap[at] = heap[parent]!;
      at = parent;
    }
    heap[at] = candidate;
  }

  pop(): MergeCandidate | undefined {
    const heap = this.#heap;
    const [top, last] = [heap[0], heap.pop()];
    if (!last || heap.length === 0) return top;
    let at = 0;
    for (;;) {
      let child = at * 2 + 1;
      if (child >= heap.length) break;
      if (child + 1 < heap.length && isBefore(heap[child + 1]!, heap[child]!)) child++;
      if (!isBefore(heap[child]!, last)) break;
      heap[at] = heap[child]!;
      at = child;
    }
    heap[at] = last;
    return top;
  }
}

function isBefore(a: MergeCandidate, b: MergeCandidate): boolean {
  return a.count === b.count ? a.key < b.key : a.count > b.count;
}
