import { TrackedText } from '../trackedText.js';
import { type Draft, type DraftRule, kept, lostSpans, type Outcome } from './rule.js';

/**
 * Controls, invisible marks and halves of surrogate pairs. The joiners U+200C and U+200D stay: Persian and
 * Indic scripts and emoji need them. U+FFFD stands for bytes that could not be read.
 */
const UNPRINTABLE =
  // biome-ignore lint/suspicious/noControlCharactersInRegex: control characters are what is looked for
  /[\u0000-\u0008\u000E-\u001F\u007F-\u0084\u0086-\u009F\u00AD\u200B\u200E\u200F\u202A-\u202E\u2060-\u2069\uFEFF\uFFFD]|\p{Cs}/gu;

/** What white space becomes, in this order; then the text is trimmed. */
const COLLAPSES: readonly (readonly [pattern: RegExp, replacement: string])[] = [
  [/\r\n|[\r\v\f\u0085\u2028\u2029]/g, '\n'],
  [/[^\S\n]+/g, ' '],
  [/ ?\n ?/g, '\n'],
  [/\n{3,}/g, '\n\n'],
];

const collapse = (text: string): string =>
  COLLAPSES.reduce((before, [pattern, replacement]) => before.replace(pattern, replacement), text).trim();

const changesOf = (draft: Draft, composed: string, printable: string, text: string): string[] => [
  ...(composed === draft.text ? [] : ['Unicode composed (NFC)']),
  ...(printable === composed ? [] : ['control characters removed']),
  ...(text === printable ? [] : ['white space collapsed']),
];

/** The same, letting spans move with their text. */
const normaliseTracked = (draft: Draft, spans: NonNullable<Draft['spans']>): Outcome => {
  const composed = TrackedText.of(draft.text).compose();
  const printable = composed.replace(UNPRINTABLE, '');
  const collapsed = COLLAPSES.reduce((before, step) => before.replace(...step), printable).trim();
  const moved = collapsed.map(spans);
  return kept({ ...draft, text: collapsed.text, spans: moved.spans }, [
    ...changesOf(draft, composed.text, printable.text, collapsed.text),
    ...lostSpans(moved.lost),
  ]);
};

/** Unicode NFC, no control characters, single spaces, at most one empty line in a row. */
export const normalise: DraftRule = {
  name: 'normalise',
  version: 1,
  on: { always: 'Unicode NFC, no control characters, single spaces, at most one empty line in a row.' },
  reasons: [],
  apply: (draft) => {
    if (draft.spans !== undefined) return normaliseTracked(draft, draft.spans);
    const composed = draft.text.normalize('NFC');
    const printable = composed.replace(UNPRINTABLE, '');
    const text = collapse(printable);
    return kept({ ...draft, text }, changesOf(draft, composed, printable, text));
  },
};
