import iconv from 'iconv-lite';
import { applyEdits, type Edit } from '../rules/rewrite.js';

/**
 * Finds UTF-8 that was read as a one-byte encoding, after ftfy (Speer 2019): a sequence of characters whose bytes in that
 * encoding are one UTF-8 character is repaired when it is unlikely to be meant, or stands in a line that is UTF-8 throughout.
 */
interface Reading {
  readonly byteOf: ReadonlyMap<string, number>;
  readonly sequence: RegExp;
}

const HIGH_BYTES = Array.from({ length: 128 }, (_, index) => 0x80 + index);
const escaped = (characters: readonly string[]): string =>
  characters.map((character) => `\\u{${character.codePointAt(0)?.toString(16)}}`).join('');

/** Bytes the encoding has no character for are read as the control of their number, as browsers do. */
const readingOf = (encoding: string): Reading => {
  const characters = HIGH_BYTES.map((byte) => {
    const character = iconv.decode(Buffer.from([byte]), encoding);
    return character === '\uFFFD' ? String.fromCharCode(byte) : character;
  });
  const range = (first: number, last: number) =>
    `[${escaped(characters.slice(first - 0x80, last - 0x80 + 1))}]`;
  const more = range(0x80, 0xbf);
  return {
    byteOf: new Map(characters.map((character, index) => [character, 0x80 + index])),
    sequence: new RegExp(
      `${range(0xc2, 0xdf)}${more}|${range(0xe0, 0xef)}${more}{2}|${range(0xf0, 0xf4)}${more}{3}`,
      'gu',
    ),
  };
};

const readings = new Map<string, Reading>();
const reading = (encoding: string): Reading => {
  const known = readings.get(encoding) ?? readingOf(encoding);
  readings.set(encoding, known);
  return known;
};

/** What stands right after a letter in sound text: closing quotes, dashes, marks, raised figures. */
const AFTER_LETTERS = new Set('…’”»™®©°²³¹–—·›ªº´‰§%†‡\u00a0\u00ad');
const LETTER = /^\p{L}$/u;
const UPPER = /^\p{Lu}$/u;
const LOWER_BEFORE = /\p{Ll}$/u;
const CONTROL = /[\u0080-\u009f]/u;
/** Leads of two bytes that are no letters: in macintosh √ and ¬ stand for the Latin-1 letters. */
const SIGN_LEAD = /^[√¬]/u;
/** How typographic signs (U+2000 to U+20FF) look: windows-1252, windows-1251, macintosh, windows-1250. */
const TYPOGRAPHIC = /^(â€|вЂ|‚Ä|â‚|‚Ç)/u;

interface Sequence extends Edit {
  readonly strong: boolean;
}

/** Whether nobody would have meant these characters, whatever stands around them. */
const isStrong = (match: string, before: string, isCyrillic: boolean): boolean => {
  const [lead = '', ...more] = match;
  if (CONTROL.test(match) || TYPOGRAPHIC.test(match)) return true;
  const odd = more.some((character) => !LETTER.test(character) && !AFTER_LETTERS.has(character));
  if (SIGN_LEAD.test(match)) return more.every((character) => !/[\s\d(]/u.test(character));
  if (isCyrillic) return odd && LETTER.test(lead);
  if (more.length === 3) return odd;
  return LETTER.test(lead) && (odd || (UPPER.test(lead) && LOWER_BEFORE.test(before)));
};

const decodeUtf8 = (bytes: readonly number[]): string | null => {
  try {
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(Uint8Array.from(bytes));
  } catch {
    return null;
  }
};

const sequencesOf = (line: string, { byteOf, sequence }: Reading, isCyrillic: boolean): Sequence[] => {
  const found: Sequence[] = [];
  for (const { 0: match, index } of line.matchAll(sequence)) {
    const by = decodeUtf8([...match].map((character) => byteOf.get(character) as number));
    // A control is what a repair would have to explain, not what it may leave behind.
    if (by === null || /[\u0080-\u009f]/u.test(by)) continue;
    const strong = isStrong(match, line.slice(Math.max(0, index - 1), index), isCyrillic);
    found.push({ start: index, end: index + match.length, by, strong });
  }
  return found;
};

const NOT_ASCII = /[^\p{ASCII}]/u;

/** In Cyrillic readings letters follow letters in sound words too: only several sequences in a row are proof. */
const inRuns = (sequences: readonly Sequence[]): Sequence[] =>
  sequences.filter(
    ({ start, end, by }) =>
      /^[\u2000-\u20ff]$/u.test(by) || sequences.some((other) => other.start === end || other.end === start),
  );

const repairsOf = (line: string, encoding: string): Sequence[] => {
  const isCyrillic = encoding === 'windows-1251';
  const sequences = sequencesOf(line, reading(encoding), isCyrillic);
  if (!sequences.some(({ strong }) => strong)) return [];
  const throughout = !NOT_ASCII.test(
    applyEdits(
      line,
      sequences.map((sequence) => ({ ...sequence, by: '' })),
    ),
  );
  const sure = isCyrillic ? inRuns(sequences) : sequences;
  if (throughout) return sure;
  return sure.filter(
    ({ strong, start, end }) =>
      strong || sure.some((other) => other.strong && (other.start === end || other.end === start)),
  );
};

/** @returns the repairs of the first encoding that explains a line, for every line */
export const mojibakeEdits = (text: string, encodings: readonly string[]): Edit[] => {
  const edits: Edit[] = [];
  let offset = 0;
  for (const line of text.split('\n')) {
    if (NOT_ASCII.test(line)) {
      const candidates = encodings.map((encoding) => repairsOf(line, encoding));
      const most = Math.max(...candidates.map((repairs) => repairs.length));
      const best = most === 0 ? [] : (candidates.find((repairs) => repairs.length === most) ?? []);
      edits.push(...best.map(({ start, end, by }) => ({ start: start + offset, end: end + offset, by })));
    }
    offset += line.length + 1;
  }
  return edits;
};
