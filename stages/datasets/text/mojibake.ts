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

/** Apple's table since 1998 (the euro sign), with the letters and the logo as Unicode has them since. */
const APPLE: Readonly<Record<number, string>> = { 189: '\u03A9', 219: '€', 240: '\uF8FF' };

/**
 * Bytes the encoding has no character for are read as the control of their number, as browsers do. What is called
 * windows-1252 may have been read as ISO 8859-1 as well: there a control stands for every byte below 0xA0.
 */
const readingOf = (encoding: string): Reading => {
  const characters = HIGH_BYTES.map((byte) => {
    const control = String.fromCharCode(byte);
    const character = iconv.decode(Buffer.from([byte]), encoding);
    const other = encoding === 'macintosh' ? APPLE[byte] : undefined;
    if (other !== undefined) return [character, other];
    if (character === '\uFFFD') return [control];
    return encoding === 'windows-1252' && byte < 0xa0 ? [character, control] : [character];
  });
  const range = (first: number, last: number) =>
    `[${escaped(characters.slice(first - 0x80, last - 0x80 + 1).flat())}]`;
  const more = range(0x80, 0xbf);
  return {
    byteOf: new Map(characters.flatMap((same, index) => same.map((character) => [character, 0x80 + index]))),
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
const CONTROL = /[\u0080-\u009f]/u;
/** Beginnings that stand for typographic signs (U+2000 to U+20FF) and emoji in the encodings that are tried. */
const TELLING = /^(?:â€|â‚|вЂ|‚Ä|‚Ç|ðŸ|рџ|\uF8FF)/u;
/** In macintosh, leads that are signs; followed by a letter at once they mean nothing. */
const SIGN_LEAD = /^[√¬≈ƒ∆◊⁄ﬁ][^\s\d(]/u;
const CLOSING = /[…’”»–—›]/u;
const LOWER = /^\p{Ll}$/u;
const UPPER = /^\p{Lu}$/u;

interface Sequence extends Edit {
  readonly strong: boolean;
}

/** Whether nobody would have meant these characters after the one before them. */
const isStrong = (match: string, before: string, encoding: string): boolean => {
  const [lead = '', ...more] = match;
  if (CONTROL.test(match) || TELLING.test(match)) return true;
  const odd = more.some((character) => !LETTER.test(character) && !AFTER_LETTERS.has(character));
  if (encoding === 'macintosh') return SIGN_LEAD.test(match) || odd;
  if (encoding === 'windows-1251' || more.length > 2) return odd;
  if (!LETTER.test(lead)) return false;
  if (odd) return true;
  // A capital is right after a capital, or at the start of a word: “IRMÃ” may end with its quote, Â° is nothing.
  if (more.length > 1 || !UPPER.test(lead)) return false;
  const sign = more[0] as string;
  return (
    LOWER.test(before) ||
    (/[ÂÃ]/u.test(lead) && !LETTER.test(sign) && !(UPPER.test(before) && CLOSING.test(sign)))
  );
};

const utf8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });
const decodeUtf8 = (bytes: readonly number[]): string | null => {
  try {
    return utf8.decode(Uint8Array.from(bytes));
  } catch {
    return null;
  }
};

const sequencesOf = (line: string, encoding: string): Sequence[] => {
  const { byteOf, sequence } = reading(encoding);
  const found: Sequence[] = [];
  for (const { 0: match, index } of line.matchAll(sequence)) {
    const by = decodeUtf8([...match].map((character) => byteOf.get(character) as number));
    if (by === null) continue;
    const strong = isStrong(match, line.slice(Math.max(0, index - 1), index), encoding);
    found.push({ start: index, end: index + match.length, by, strong });
  }
  return found;
};

const NOT_ASCII = /[^\p{ASCII}]/u;

/** Sequences that touch one another. */
const runsOf = (sequences: readonly Sequence[]): readonly (readonly Sequence[])[] => {
  const runs: Sequence[][] = [];
  for (const sequence of sequences) {
    const run = runs.at(-1);
    if (run?.at(-1)?.end === sequence.start) run.push(sequence);
    else runs.push([sequence]);
  }
  return runs;
};

/** So many different sequences, and nothing else outside of ASCII, are no chance. */
const DIFFERENT_MIN = 4;

interface Repairs {
  /** Whether the line is UTF-8 from end to end. */
  readonly throughout: boolean;
  readonly edits: readonly Sequence[];
}

/**
 * All sequences of a line that is UTF-8 throughout with at least one that nobody would have meant; else those that nobody
 * would have meant and what touches them. In windows-1251 letters follow letters in sound words: two are needed there.
 */
const repairsOf = (line: string, encoding: string): Repairs => {
  const sequences = sequencesOf(line, encoding);
  const anyStrong = sequences.some(({ strong }) => strong);
  const different = new Set(sequences.map(({ by }) => by)).size;
  const rest = applyEdits(
    line,
    sequences.map(({ start, end }) => ({ start, end, by: '' })),
  );
  const isCyrillic = encoding === 'windows-1251';
  if (!NOT_ASCII.test(rest) && sequences.length > 0) {
    const telling =
      line.match(TELLING) !== null ||
      sequences.some(({ start, end }) => TELLING.test(line.slice(start, end)));
    const enough = anyStrong
      ? !isCyrillic || different > 1 || telling
      : different >= DIFFERENT_MIN && encoding !== 'macintosh';
    return { throughout: enough, edits: enough ? sequences : [] };
  }
  const edits = runsOf(sequences).flatMap((run) => {
    const strong = run.filter((sequence) => sequence.strong);
    const telling = run.some(({ start, end }) => TELLING.test(line.slice(start, end)));
    const sure = isCyrillic
      ? (strong.length > 0 && run.length > 1) || telling
      : strong.length > 0 || (run.length > 1 && encoding !== 'macintosh');
    return sure ? run : [];
  });
  return { throughout: false, edits };
};

/** The repairs of the encoding that explains a line best: throughout, then the most; of equals the first. */
const bestRepairs = (line: string, encodings: readonly string[]): readonly Sequence[] => {
  const candidates = encodings.map((encoding) => repairsOf(line, encoding));
  const whole = candidates.find(({ throughout }) => throughout);
  if (whole !== undefined) return whole.edits;
  const most = Math.max(...candidates.map(({ edits }) => edits.length));
  return candidates.find(({ edits }) => edits.length === most)?.edits ?? [];
};

/** Edits that repair every line by the encoding that explains it best. */
export const mojibakeEdits = (text: string, encodings: readonly string[]): Edit[] => {
  const edits: Edit[] = [];
  let offset = 0;
  for (const line of text.split('\n')) {
    if (NOT_ASCII.test(line))
      for (const { start, end, by } of bestRepairs(line, encodings))
        edits.push({ start: start + offset, end: end + offset, by });
    offset += line.length + 1;
  }
  return edits;
};
