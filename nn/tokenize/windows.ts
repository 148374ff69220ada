import { NnError } from '../errors.js';
import { type EncodedSpans, keepRanges, segmentRange, type TokenRange } from './spans.js';

/**
 * What happens to an input with more tokens than the model takes. The special tokens always stay.
 * - `cut-longest`: the end of the longer text of a pair, then of both alike; the reference's `longest_first`.
 * - `cut-last`: the end of the last text; `only_second` for a pair.
 * - `windows`: nothing is lost. The last text is cut into windows, each `stride` tokens into the one before it; the first text
 *   of a pair stands in all of them.
 */
export type Overflow =
  | { readonly kind: 'cut-longest' }
  | { readonly kind: 'cut-last' }
  | { readonly kind: 'windows'; readonly stride: number };

/** Throws SHAPE_MISMATCH when no text, or no more of it than the stride, fits beside the special tokens and the first text. */
export function cutToWindows(spans: EncodedSpans, maxLength: number, overflow: Overflow): EncodedSpans[] {
  const length = spans.ids.length;
  if (length <= maxLength) return [spans];
  const first = segmentRange(spans.segments, 0) ?? [0, 0];
  const second = segmentRange(spans.segments, 1);
  if (overflow.kind === 'cut-longest' && second) {
    const room = maxLength - (length - size(first) - size(second));
    const [left, right] = shareOut(size(first), size(second), requireRoom(room, 2, maxLength));
    return [keep(spans, [part(first, 0, left), part(second, 0, right)], [first, second])];
  }
  const last = second ?? first;
  const room = maxLength - (length - size(last));
  if (overflow.kind !== 'windows') {
    return [keep(spans, [part(last, 0, requireRoom(room, 1, maxLength))], [last])];
  }
  const { stride } = overflow;
  if (!Number.isInteger(stride) || stride < 0) {
    throw new NnError('SHAPE_MISMATCH', `the stride is ${stride}; it is a whole number of tokens`);
  }
  requireRoom(room, stride + 1, maxLength);
  const windows: EncodedSpans[] = [];
  for (let start = 0; ; start += room - stride) {
    windows.push(keep(spans, [part(last, start, Math.min(start + room, size(last)))], [last]));
    if (start + room >= size(last)) return windows;
  }
}

/** Lengths of both texts of a pair that are together `room`; source: `truncate_encodings` of the reference. */
function shareOut(first: number, second: number, room: number): readonly [number, number] {
  const [short, long] = first <= second ? [first, second] : [second, first];
  const left = Math.max(short, room - short);
  const [shortKept, longKept] =
    short + left > room ? [Math.floor(room / 2), Math.ceil(room / 2)] : [short, Math.min(long, left)];
  return first <= second ? [shortKept, longKept] : [longKept, shortKept];
}

/** The tokens outside of the `whole` ranges, and of each of these only its kept part. */
function keep(spans: EncodedSpans, parts: readonly TokenRange[], whole: readonly TokenRange[]): EncodedSpans {
  const ranges: TokenRange[] = [];
  let at = 0;
  whole.forEach(([start, end], i) => {
    ranges.push([at, start], parts[i]!);
    at = end;
  });
  return keepRanges(spans, [...ranges, [at, spans.ids.length]]);
}

function part([start]: TokenRange, from: number, to: number): TokenRange {
  return [start + from, start + to];
}

function size([start, end]: TokenRange): number {
  return end - start;
}

function requireRoom(room: number, least: number, maxLength: number): number {
  if (room >= least) return room;
  throw new NnError(
    'SHAPE_MISMATCH',
    `maxLength ${maxLength} leaves room for ${Math.max(0, room)} tokens of the text, it needs ${least} at least`,
  );
}
