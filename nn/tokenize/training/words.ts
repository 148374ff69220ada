/** The pieces of many words in one array, so that millions of words stay small. Words only get shorter. */
export class WordPieces {
  readonly counts: Float64Array;
  readonly #pieces: Int32Array;
  readonly #starts: Uint32Array;
  readonly #lengths: Uint32Array;

  constructor(words: readonly (readonly number[])[], counts: ArrayLike<number>) {
    this.counts = Float64Array.from(counts);
    this.#pieces = new Int32Array(words.reduce((total, word) => total + word.length, 0));
    this.#starts = new Uint32Array(words.length);
    this.#lengths = Uint32Array.from(words, (word) => word.length);
    let at = 0;
    words.forEach((word, i) => {
      this.#starts[i] = at;
      this.#pieces.set(word, at);
      at += word.length;
    });
  }

  get size(): number {
    return this.counts.length;
  }

  /** Calls back with every pair of neighbours in the word. */
  eachPair(word: number, use: (left: number, right: number) => void): void {
    const start = this.#starts[word]!;
    const end = start + this.#lengths[word]!;
    for (let i = start + 1; i < end; i++) use(this.#pieces[i - 1]!, this.#pieces[i]!);
  }

  /**
   * Replaces `left right` by `merged` from the left on. Calls back with each pair that goes (-1) or comes (+1) beside it;
   * the merged pair itself is not counted down, as in `Word::merge` of the reference.
   */
  merge(
    word: number,
    [left, right, merged]: readonly [left: number, right: number, merged: number],
    change: (left: number, right: number, by: 1 | -1) => void,
  ): void {
    const pieces = this.#pieces;
    const start = this.#starts[word]!;
    const end = start + this.#lengths[word]!;
    let write = start;
    for (let read = start; read < end; read++, write++) {
      if (pieces[read] !== left || read + 1 >= end || pieces[read + 1] !== right) {
        pieces[write] = pieces[read]!;
        continue;
      }
      if (write > start) {
        change(pieces[write - 1]!, left, -1);
        change(pieces[write - 1]!, merged, 1);
      }
      if (read + 2 < end) {
        change(right, pieces[read + 2]!, -1);
        change(merged, pieces[read + 2]!, 1);
      }
      pieces[write] = merged;
      read++;
    }
    this.#lengths[word] = write - start;
  }
}
