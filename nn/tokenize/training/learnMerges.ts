import { setImmediate } from 'node:timers/promises';
import { NnError } from '../../errors.js';
import { leftOf, MergeQueue, type PairKey, pairKey, rightOf } from './mergeQueue.js';
import type { WordPieces } from './words.js';

/** Words changed between two looks at the signal; about a tenth of a second. */
const WORDS_PER_TURN = 100_000;

export interface MergeOptions {
  /** Pieces to stop at. */
  readonly vocabularySize: number;
  /** Occurrences that a pair needs to become a piece. */
  readonly minimumFrequency: number;
  /** What the pieces within a word begin with: ## for WordPiece, nothing for BPE. */
  readonly prefix: string;
  readonly onProgress?: (done: number, most: number) => void;
  readonly signal?: AbortSignal;
}

export type Merge = readonly [left: string, right: string];

/**
 * Byte-pair encoding: joins the most frequent pair of neighbouring pieces to a new one until `pieces`, which starts as the
 * alphabet and is added to, has the size asked for. Of equally frequent pairs that with the smaller ids wins.
 *
 * Follows `BpeTrainer::do_train` of the reference step by step, also where that loses occurrences: a piece made in two ways
 * ("a"+"bc", "ab"+"c") is queued once for each. Throws CANCELLED within a tenth of a second.
 */
export async function learnMerges(
  words: WordPieces,
  pieces: string[],
  options: MergeOptions,
): Promise<Merge[]> {
  const { vocabularySize, minimumFrequency, prefix, onProgress, signal } = options;
  const ids = new Map(pieces.map((piece, id) => [piece, id]));
  const counts = new Map<PairKey, number>();
  const queue = new MergeQueue();
  let fresh = new Map<PairKey, number[]>();
  const count = (word: number, left: number, right: number, by: 1 | -1) => {
    const key = pairKey(left, right);
    counts.set(key, (counts.get(key) ?? 0) + by * words.counts[word]!);
    if (by < 0) return;
    const holders = fresh.get(key);
    if (!holders) fresh.set(key, [word]);
    else if (holders.at(-1) !== word) holders.push(word);
  };
  const enqueue = () => {
    for (const [key, holders] of fresh) {
      const found = counts.get(key)!;
      if (found > 0) queue.push({ key, count: found, words: holders });
    }
    fresh = new Map();
  };
  const turns = new Turns(signal);
  for (let word = 0; word < words.size; word++) {
    words.eachPair(word, (left, right) => count(word, left, right, 1));
    await turns.take(1);
  }
  enqueue();
  /** A pair that was queued twice has the rank of its last merge, as in the reference. */
  const merges = new Map<PairKey, Merge>();
  while (pieces.length < vocabularySize) {
    const top = queue.pop();
    if (!top) break;
    const now = counts.get(top.key)!;
    if (now !== top.count) {
      queue.push({ ...top, count: now });
      continue;
    }
    if (now < Math.max(1, minimumFrequency)) break;
    const [left, right] = [leftOf(top.key), rightOf(top.key)];
    const merged = join(pieces[left]!, pieces[right]!, prefix);
    const id = ids.get(merged) ?? pieces.push(merged) - 1;
    ids.set(merged, id);
    merges.delete(top.key);
    merges.set(top.key, [pieces[left]!, pieces[right]!]);
    for (const word of top.words) {
      words.merge(word, [left, right, id], (a, b, by) => count(word, a, b, by));
    }
    enqueue();
    await turns.take(top.words.length);
    onProgress?.(pieces.length, vocabularySize);
  }
  return [...merges.values()];
}

function join(left: string, right: string, prefix: string): string {
  return left + (right.startsWith(prefix) ? right.slice(prefix.length) : right);
}

/** Lets other work of the thread run, and looks at the signal, after each share of work. */
export class Turns {
  readonly #signal: AbortSignal | undefined;
  #work = 0;

  constructor(signal: AbortSignal | undefined) {
    this.#signal = signal;
  }

  async take(work: number): Promise<void> {
    this.#work += work;
    if (this.#work < WORDS_PER_TURN && !this.#signal?.aborted) return;
    this.#work = 0;
    await setImmediate();
    if (this.#signal?.aborted) throw new NnError('CANCELLED', 'cancelled on request');
  }
}
