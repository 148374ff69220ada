import { type Edit, TrackedText } from '../trackedText.js';
import { type Draft, kept, lostSpans, type Outcome } from './rule.js';

export type { Edit } from '../trackedText.js';

/** Edits for the matches of a global pattern that `by` changes; what `by` gives null for stays. */
export const editsOf = (
  text: string,
  pattern: RegExp,
  by: (match: RegExpExecArray) => string | null,
): Edit[] => {
  const edits: Edit[] = [];
  for (const match of text.matchAll(pattern)) {
    const replacement = by(match);
    if (replacement === null || replacement === match[0] || match[0] === '') continue;
    edits.push({ start: match.index, end: match.index + match[0].length, by: replacement });
  }
  return edits;
};

/** The edits in the order of the text; of two that meet, the one that begins first, or is longer, stays. */
export const untangled = (edits: readonly Edit[]): Edit[] => {
  const chosen: Edit[] = [];
  for (const edit of [...edits].sort((a, b) => a.start - b.start || b.end - a.end))
    if (edit.start >= (chosen.at(-1)?.end ?? 0)) chosen.push(edit);
  return chosen;
};

export const applyEdits = (text: string, edits: readonly Edit[]): string => {
  const parts: string[] = [];
  let at = 0;
  for (const { start, end, by } of edits) {
    parts.push(text.slice(at, start), by);
    at = end;
  }
  parts.push(text.slice(at));
  return parts.join('');
};

/**
 * The draft with its text edited and its spans moved along.
 * @param edits in the order of the text, none meeting another
 * @param change what is recorded, made of the number of edits
 */
export const rewritten = (
  draft: Draft,
  edits: readonly Edit[],
  change: (count: number) => string,
): Outcome => {
  if (edits.length === 0) return kept(draft);
  if (draft.spans === undefined)
    return kept({ ...draft, text: applyEdits(draft.text, edits) }, [change(edits.length)]);
  const edited = TrackedText.of(draft.text).edit(edits);
  const moved = edited.map(draft.spans);
  return kept({ ...draft, text: edited.text, spans: moved.spans }, [
    change(edits.length),
    ...lostSpans(moved.lost),
  ]);
};

/** `3 dates`, `1 date`. */
export const counted = (count: number, noun: string, plural = `${noun}s`): string =>
  `${count} ${count === 1 ? noun : plural}`;
