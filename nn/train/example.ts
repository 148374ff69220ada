/** One text and what is to be learned from it. */
export interface Example {
  /** Token ids with special tokens. */
  readonly ids: Int32Array;
  /**
   * - `sequence-classification`: the index of its label
   * - `token-classification`: the index of each token's label, -100 where none counts
   * - `question-answering`: the first and the last token of the answer
   * - `causal-lm`: the token ids again, -100 for those that are only read; empty: all of them count
   * - `seq2seq-lm`: the token ids to write, the end token included
   * - `masked-lm` and `sentence-embedding`: empty
   */
  readonly target: Int32Array;
  /** `sentence-embedding`: the text that belongs to this one; for the triplet loss, then one that does not. */
  readonly companions?: readonly Int32Array[];
}

/** Examples as columns. */
export interface ExampleSet {
  readonly texts: readonly Int32Array[];
  readonly targets: readonly Int32Array[];
  readonly companions: readonly (readonly Int32Array[])[];
}
