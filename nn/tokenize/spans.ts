import type { Encoding } from 'tokenizers';
import { codeUnitPositions } from './offsets.js';

/** One text, or a pair such as a question and the text that may hold its answer. */
export type TextInput = string | readonly [first: string, second: string];

/** The segment of special tokens; 0 is the first or only text, 1 the second. */
const SPECIAL = -1;

/** The tokens of one input, or of one window of it, and where in its texts they come from. All lists are parallel. */
export interface EncodedSpans {
  readonly ids: Int32Array;
  /** The model's `token_type_ids`. */
  readonly typeIds: Int32Array;
  /** Which text each token is from: 0, 1, or -1 for special tokens. */
  readonly segments: Int8Array;
  /** Bounds in that text, in UTF-16 code units; `text.slice(start, end)` is what became the token. */
  readonly starts: Int32Array;
  readonly ends: Int32Array;
  /** Number of the pre-tokenizer's word in that text; -1 for special tokens. */
  readonly words: Int32Array;
}

/** Half-open range of tokens. */
export type TokenRange = readonly [start: number, end: number];

export function readSpans(encoding: Encoding, input: TextInput): EncodedSpans {
  const texts = typeof input === 'string' ? [input] : input;
  const positions = texts.map((text) => codeUnitPositions(text));
  const segments = readSegments(encoding);
  const offsets = encoding.getOffsets();
  const bounds = (side: 0 | 1) =>
    Int32Array.from(offsets, (offset, i) => positions[segments[i]!]?.(offset[side]!) ?? 0);
  return {
    ids: Int32Array.from(encoding.getIds()),
    typeIds: Int32Array.from(encoding.getTypeIds()),
    segments,
    starts: bounds(0),
    ends: bounds(1),
    words: Int32Array.from(encoding.getWordIds(), (word, i) => (segments[i] === SPECIAL ? -1 : (word ?? -1))),
  };
}

export function readSegments(encoding: Encoding): Int8Array {
  return Int8Array.from(encoding.getSequenceIds(), (segment) => segment ?? SPECIAL);
}

/** The tokens of one text; undefined where there are none. */
export function segmentRange(segments: ArrayLike<number>, segment: 0 | 1): TokenRange | undefined {
  let start = 0;
  while (start < segments.length && segments[start] !== segment) start++;
  let end = start;
  while (end < segments.length && segments[end] === segment) end++;
  return start === end ? undefined : [start, end];
}

/** The tokens without those that lie between one of the ranges and the next. */
export function keepRanges(spans: EncodedSpans, ranges: readonly TokenRange[]): EncodedSpans {
  const keep = <List extends Int32Array | Int8Array>(list: List): List => {
    const kept = list.slice(
      0,
      ranges.reduce((total, [start, end]) => total + end - start, 0),
    );
    let at = 0;
    for (const [start, end] of ranges) {
      kept.set(list.subarray(start, end), at);
      at += end - start;
    }
    return kept as List;
  };
  return {
    ids: keep(spans.ids),
    typeIds: keep(spans.typeIds),
    segments: keep(spans.segments),
    starts: keep(spans.starts),
    ends: keep(spans.ends),
    words: keep(spans.words),
  };
}

/**
 * First and last token that touch `text.slice(start, end)` of a segment, as an answer or an entity is labelled; undefined
 * where the window does not hold all of it.
 */
export function tokensOfSpan(
  spans: EncodedSpans,
  segment: 0 | 1,
  start: number,
  end: number,
): { readonly first: number; readonly last: number } | undefined {
  const range = segmentRange(spans.segments, segment);
  if (!range || start >= end) return undefined;
  let first = range[0];
  while (first < range[1] && spans.ends[first]! <= start) first++;
  let last = range[1] - 1;
  while (last >= range[0] && spans.starts[last]! >= end) last--;
  if (first > last || spans.starts[first]! > start || spans.ends[last]! < end) return undefined;
  return { first, last };
}
