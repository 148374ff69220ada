import { type DraftRule, kept } from './rule.js';

/**
 * Controls, invisible marks and halves of surrogate pairs. The joiners U+200C and U+200D stay: Persian and
 * Indic scripts and emoji need them. U+FFFD stands for bytes that could not be read.
 */
const UNPRINTABLE =
  // biome-ignore lint/suspicious/noControlCharactersInRegex: control characters are what is looked for
  /[\u0000-\u0008\u000E-\u001F\u007F-\u0084\u0086-\u009F\u00AD\u200B\u200E\u200F\u202A-\u202E\u2060-\u2069\uFEFF\uFFFD]|\p{Cs}/gu;
const LINE_ENDS = /\r\n|[\r\v\f\u0085\u2028\u2029]/g;
const SPACES = /[^\S\n]+/g;

const collapse = (text: string): string =>
  text
    .replace(LINE_ENDS, '\n')
    .replace(SPACES, ' ')
    .replace(/ ?\n ?/g, '\n')
    .replace(/\n{3,}/g, '\n\n')
    .trim();

/** Unicode NFC, no control characters, single spaces, at most one empty line in a row. */
export const normalise: DraftRule = {
  name: 'normalise',
  version: 1,
  apply: (draft) => {
    const composed = draft.text.normalize('NFC');
    const printable = composed.replace(UNPRINTABLE, '');
    const text = collapse(printable);
    return kept({ ...draft, text }, [
      ...(composed === draft.text ? [] : ['Unicode composed (NFC)']),
      ...(printable === composed ? [] : ['control characters removed']),
      ...(text === printable ? [] : ['white space collapsed']),
    ]);
  },
};
