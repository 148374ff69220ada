import type { Interval } from '../../../contracts/index.js';

/** `12,345` */
export const count = (value: number): string => value.toLocaleString('en-US');

/** A figure between 0 and 1, three digits. */
export const figure = (value: number): string => value.toFixed(3);

/** `0.957–0.993` */
export const range = ({ low, high }: Interval): string => `${figure(low)}–${figure(high)}`;

export const percent = (share: number, digits = 0): string => `${(share * 100).toFixed(digits)} %`;

/** `1 row`, `12 rows` */
export const plural = (value: number, noun: string): string =>
  `${count(value)} ${noun}${value === 1 ? '' : 's'}`;

/** The first `charactersMax` characters on one line, never half of a surrogate pair. */
export const excerpt = (text: string, charactersMax: number): string => {
  const characters = Array.from(
    text
      .slice(0, charactersMax * 4)
      .replace(/\s+/g, ' ')
      .trim(),
  );
  return characters.length <= charactersMax
    ? characters.join('')
    : `${characters.slice(0, charactersMax - 1).join('')}…`;
};

/** Words joined as in a sentence: `a, b and c`. */
export const listed = (words: readonly string[]): string =>
  words.length < 2 ? (words[0] ?? '') : `${words.slice(0, -1).join(', ')} and ${words.at(-1)}`;
