import { createHash } from 'node:crypto';
import { patternOf } from './normalise.js';

const ROWS = 4;
const COLUMNS = 1 << 16;

export type PatternCells = readonly (readonly [cell: number, count: number])[];

/**
 * Counts addresses by their pattern in a megabyte, however many patterns there are: a count-min sketch (Cormode and
 * Muthukrishnan 2005). It never counts too few; with N addresses a count is too high by over e N / 65,536 in one of 50.
 */
export class PatternCounts {
  readonly #counts = new Uint32Array(ROWS * COLUMNS);
  /** Whether any count has changed since it was made. */
  changed = false;

  constructor(cells: PatternCells = []) {
    for (const [cell, count] of cells) this.#counts[cell] = count;
  }

  /** The cells that are not zero, and their counts. */
  cells(): PatternCells {
    const cells: (readonly [number, number])[] = [];
    this.#counts.forEach((count, cell) => {
      if (count > 0) cells.push([cell, count]);
    });
    return cells;
  }

  /** Counts an address, unless there are `max` of its pattern. @returns whether it was counted */
  admit(url: string, max: number): boolean {
    const pattern = patternOf(url);
    if (pattern === null) return true;
    const digest = createHash('sha256').update(pattern).digest();
    const cells = Array.from({ length: ROWS }, (_, row) => row * COLUMNS + digest.readUInt16LE(2 * row));
    const count = Math.min(...cells.map((cell) => this.#counts[cell] as number));
    if (count >= max) return false;
    this.changed = true;
    // Only the cells that are smallest grow (conservative update): the others count too many already.
    for (const cell of cells) if (this.#counts[cell] === count) this.#counts[cell] = count + 1;
    return true;
  }
}
