import type { Cursor } from '../connectors/connector.js';
import type { Place } from './pagination.js';

/** Beyond this many items of one value they are read again and known by their record ids only. */
const TIES_MAX = 250;

type Value = string | number;

/** How far an incremental collection is: one pass asks for all that came since a value, page by page. */
export interface Progress {
  /** The value the pass asks from; null: from the beginning. */
  readonly since: Value | null;
  /** Within the pass; null: at its beginning. */
  readonly place: Place;
  /** Greatest value met. */
  readonly highest: Value | null;
  /** Digests of the items with the value `since`, read in the pass before. */
  readonly known: readonly string[];
  /** Digests of the items with the value `highest`. */
  readonly ties: readonly string[];
  /** Items read so far, over all passes. */
  readonly position: number;
  /** Pages read in this pass. */
  readonly pages: number;
}

export const START: Progress = {
  since: null,
  place: null,
  highest: null,
  known: [],
  ties: [],
  position: 0,
  pages: 0,
};

const INSTANT = /^\d{4}-\d{2}-\d{2}([T ]\d{2}:\d{2}(:\d{2})?)/;

/** Numbers by size, also where they are written as texts; instants by time; other texts by code units. */
export const compareValues = (a: Value, b: Value): number => {
  const texts = [String(a), String(b)] as const;
  if (texts.every((text) => /^-?\d+$/.test(text))) {
    const difference = BigInt(texts[0]) - BigInt(texts[1]);
    return difference < 0n ? -1 : difference > 0n ? 1 : 0;
  }
  const numbers = texts.map(Number);
  if (texts.every((text) => text.trim() !== '') && numbers.every(Number.isFinite))
    return (numbers[0] as number) - (numbers[1] as number);
  if (texts.every((text) => INSTANT.test(text))) {
    const difference = Date.parse(texts[0]) - Date.parse(texts[1]);
    // Equal to the millisecond: the rest of the digits decides.
    if (difference !== 0 && !Number.isNaN(difference)) return difference;
  }
  return texts[0] < texts[1] ? -1 : texts[0] > texts[1] ? 1 : 0;
};

/** A short name of an item among those of one value. */
const tieOf = (recordId: string): string => recordId.slice(0, 16);

/** Takes one item into account. @returns null when it was read in the pass before. */
export const advance = (progress: Progress, value: Value | null, recordId: string): Progress | null => {
  const { since, highest, known, ties, position } = progress;
  const tie = tieOf(recordId);
  if (value !== null && since !== null && compareValues(value, since) === 0 && known.includes(tie))
    return null;
  const next = { ...progress, position: position + 1 };
  if (value === null) return next;
  const order = highest === null ? 1 : compareValues(value, highest);
  if (order > 0) return { ...next, highest: value, ties: [tie] };
  if (order === 0 && ties.length < TIES_MAX && !ties.includes(tie)) return { ...next, ties: [...ties, tie] };
  return next;
};

/** The pass is through: the next one asks from the greatest value on, and knows the items that had it. */
export const nextPass = (progress: Progress): Progress => ({
  ...progress,
  since: progress.highest,
  known: progress.ties,
  place: null,
  pages: 0,
});

/** @returns the progress that a cursor of this module holds. */
export const fromCursor = (cursor: Cursor): Progress =>
  cursor === null ? START : (cursor as unknown as Progress);

export const toCursor = (progress: Progress): Cursor => ({ ...progress });
