import { RELATION_MARKERS } from '../contracts/index.js';
import type { Span } from './annotations.js';

export interface Relation {
  readonly head: Span;
  readonly tail: Span;
}

const MARKERS: readonly string[] = [...RELATION_MARKERS.head, ...RELATION_MARKERS.tail];

/** Whether two spans of a text can be marked in it: both inside, neither in the other, and no marker there before. */
export const relationFault = (text: string, { head, tail }: Relation): string | null => {
  if (head.start >= head.end || tail.start >= tail.end) return 'malformed-span';
  if (Math.max(head.end, tail.end) > text.length) return 'span-outside-text';
  if (head.start < tail.end && tail.start < head.end) return 'overlapping-spans';
  return MARKERS.some((marker) => text.includes(marker)) ? 'marker-in-text' : null;
};

/** The text as a relation classifier reads it: `[E1] Acme [/E1] bought [E2] Initech [/E2].` */
export const markRelation = (text: string, { head, tail }: Relation): string => {
  const marked = (span: Span, [open, close]: readonly [string, string]) =>
    `${open} ${text.slice(span.start, span.end)} ${close}`;
  const [first, second] = head.start < tail.start ? ([head, tail] as const) : ([tail, head] as const);
  const markersOf = (span: Span) => (span === head ? RELATION_MARKERS.head : RELATION_MARKERS.tail);
  return [
    text.slice(0, first.start),
    marked(first, markersOf(first)),
    text.slice(first.end, second.start),
    marked(second, markersOf(second)),
    text.slice(second.end),
  ].join('');
};
