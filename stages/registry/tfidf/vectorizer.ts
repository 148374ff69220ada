import type { Pace } from '../../pace.js';
import { type SparseRows, sparseRows } from './sparse.js';

/** Words of at least two letters, digits or underscores, in lower case. */
const WORD = /[\p{L}\p{N}_]{2,}/gu;

/** A bigram's key is `first * BIGRAM + second + BIGRAM`: above every word's id, exact up to 2^26 words. */
const BIGRAM = 2 ** 26;

/** Terms seen at least in this many training texts. */
const DOCUMENTS_MIN = 2;

/**
 * TF-IDF over word unigrams and bigrams: (1 + ln tf) * (1 + ln((1 + n) / (1 + df))), rows of unit length;
 * scikit-learn's `TfidfVectorizer(ngram_range=(1, 2), min_df=2, sublinear_tf=True)`.
 */
export class TfidfVectorizer {
  readonly #words = new Map<string, number>();
  readonly #columns = new Map<number, number>();
  readonly #idf: number[] = [];

  /** Learns the terms of the texts and returns their rows. */
  async fit(texts: readonly string[], pace: Pace): Promise<SparseRows> {
    const counts: Map<number, number>[] = [];
    const documents = new Map<number, number>();
    for (const text of texts) {
      const terms = this.#countTerms(text, true);
      for (const term of terms.keys()) documents.set(term, (documents.get(term) ?? 0) + 1);
      counts.push(terms);
      await pace.tick(counts.length);
    }
    for (const [term, frequency] of documents) {
      if (frequency < DOCUMENTS_MIN) continue;
      this.#columns.set(term, this.#idf.length);
      this.#idf.push(1 + Math.log((1 + texts.length) / (1 + frequency)));
    }
    return this.#weigh(counts, pace);
  }

  async transform(texts: readonly string[], pace: Pace): Promise<SparseRows> {
    const counts: Map<number, number>[] = [];
    for (const text of texts) {
      counts.push(this.#countTerms(text, false));
      await pace.tick(counts.length);
    }
    return this.#weigh(counts, pace);
  }

  #countTerms(text: string, learn: boolean): Map<number, number> {
    const counts = new Map<number, number>();
    let previous: number | undefined;
    for (const [word] of text.toLowerCase().matchAll(WORD)) {
      let id = this.#words.get(word);
      if (id === undefined && learn) {
        id = this.#words.size;
        this.#words.set(word, id);
      }
      if (id !== undefined) counts.set(id, (counts.get(id) ?? 0) + 1);
      if (id !== undefined && previous !== undefined) {
        const bigram = (previous + 1) * BIGRAM + id;
        counts.set(bigram, (counts.get(bigram) ?? 0) + 1);
      }
      previous = id;
    }
    return counts;
  }

  async #weigh(counts: readonly ReadonlyMap<number, number>[], pace: Pace): Promise<SparseRows> {
    const rows: Map<number, number>[] = [];
    for (const terms of counts) {
      const row = new Map<number, number>();
      let squares = 0;
      for (const [term, count] of terms) {
        const column = this.#columns.get(term);
        if (column === undefined) continue;
        const weight = (1 + Math.log(count)) * this.#idf[column]!;
        row.set(column, weight);
        squares += weight ** 2;
      }
      const length = Math.sqrt(squares);
      for (const [column, weight] of row) row.set(column, weight / length);
      rows.push(row);
      await pace.tick(rows.length);
    }
    return sparseRows(rows, this.#idf.length);
  }
}
