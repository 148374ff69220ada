import { LATIN_LOOKALIKES } from '../text/lookalikes.js';
import { counted, type Edit, editsOf, rewritten, untangled } from './rewrite.js';
import { optionalRule } from './rule.js';

/** Sequences as Unicode's emoji set has them, and single pictographs with their marks. */
const EMOJI_FLAGS = 'gv';
const EMOJI = new RegExp(
  '\\p{RGI_Emoji}|\\p{Emoji_Presentation}[\\uFE0F\\u200D]*|\\p{Extended_Pictographic}\\uFE0F',
  EMOJI_FLAGS,
);

/** Joiners mean something between letters of these scripts and inside of emoji. */
const COMPLEX = 'Arab Syrc Nkoo Mong Deva Beng Guru Gujr Orya Taml Telu Knda Mlym Sinh Khmr'.split(' ');
const JOINER = new RegExp(
  `(?<!\\p{Extended_Pictographic}|\\p{Emoji_Modifier}|\\uFE0F|\\p{M}|${COMPLEX.map((script) => `\\p{sc=${script}}`).join('|')})[\\u200C\\u200D]`,
  'gu',
);
const SELECTOR =
  /(?<![\p{Emoji}\p{S}\p{sc=Han}\p{sc=Mong}])[\uFE00-\uFE0F]|[\u180E\u2061-\u2064\u115F\u1160\u3164\uFFA0]/gu;
/** Tag characters spell text that nobody sees; only the flags of regions are made with them. */
const TAGS = /(?<!\u{1F3F4}[\u{E0020}-\u{E007E}]{0,6})[\u{E0000}-\u{E007F}]/gu;

const WORD = /[\p{L}\p{M}]+/gu;
const LATIN = /\p{sc=Latin}/u;
const NOT_LATIN = /[^\p{sc=Latin}\p{M}]/u;

/** A word with Latin letters and others that all look Latin: `раypal` with two Cyrillic letters. */
const foldedWord = (word: string): string | null => {
  if (!LATIN.test(word) || !NOT_LATIN.test(word)) return null;
  const letters = [...word].map((letter) => (NOT_LATIN.test(letter) ? LATIN_LOOKALIKES.get(letter) : letter));
  return letters.includes(undefined) ? null : letters.join('');
};

const PLAIN: Readonly<Record<string, string>> = {
  '‘': "'",
  '’': "'",
  '‚': "'",
  '‛': "'",
  '′': "'",
  '“': '"',
  '”': '"',
  '„': '"',
  '‟': '"',
  '″': '"',
  '«': '"',
  '»': '"',
  '‐': '-',
  '‑': '-',
  '‒': '-',
  '–': '-',
  '—': '-',
  '―': '-',
  '−': '-',
  '…': '...',
  '•': '*',
};

/** What is asked for of emoji, invisible characters, look-alike letters and typographic signs. */
export const specialCharacters = optionalRule(
  { section: 'specialCharacters', name: 'special-characters', version: 1, reasons: [] },
  (draft, { emoji, zeroWidth, confusables, typography }) => {
    const { text } = draft;
    const remove = (pattern: RegExp): Edit[] => editsOf(text, pattern, () => '');
    const edits = untangled([
      ...(emoji === 'remove' ? remove(EMOJI) : []),
      ...(zeroWidth === 'remove' ? [JOINER, SELECTOR, TAGS].flatMap(remove) : []),
      ...(confusables === 'fold' ? editsOf(text, WORD, ([word]) => foldedWord(word)) : []),
      ...(typography === 'plain'
        ? editsOf(text, /[‘’‚‛′“”„‟″«»‐‑‒–—―−…•]/gu, ([sign]) => PLAIN[sign] ?? null)
        : []),
    ]);
    return rewritten(
      draft,
      edits,
      (count) =>
        `${counted(count, 'special character or word', 'special characters or words')} replaced or removed`,
    );
  },
);
