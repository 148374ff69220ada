import { readFileSync } from 'node:fs';
import { describe, expect, it } from '@jest/globals';
import { htmlToText } from '../mail/html.js';
import { mainText } from './mainText.js';

interface Case {
  readonly name: string;
  readonly bytes: string;
  readonly text: string;
}

const { cases } = JSON.parse(readFileSync(new URL('./goldens/mainText.json', import.meta.url), 'utf8')) as {
  readonly cases: readonly Case[];
};

/** Words, and characters of scripts that write without spaces. */
const tokens = (text: string): string[] =>
  text.match(/[\p{sc=Han}\p{sc=Hira}\p{sc=Kana}]|[\p{L}\p{N}]+/gu) ?? [];

/** F1 of two bags of tokens. */
const overlap = (a: string, b: string): number => {
  const counts = new Map<string, number>();
  for (const token of tokens(a)) counts.set(token, (counts.get(token) ?? 0) + 1);
  let common = 0;
  for (const token of tokens(b)) {
    const left = counts.get(token) ?? 0;
    if (left > 0) common += 1;
    counts.set(token, left - 1);
  }
  return (2 * common) / (tokens(a).length + tokens(b).length);
};

describe('mainText reads what trafilatura reads', () => {
  it.each(cases)('$name', ({ name, bytes, text }) => {
    const { content, kind, title } = mainText(Buffer.from(bytes, 'latin1'), null);
    expect(kind).toBe('html');
    const read = htmlToText(content);
    expect(overlap(`${title} ${read}`, text)).toBeGreaterThan(0.9);
    expect(read).not.toMatch(/All rights reserved|Accept all|Another headline/);
    // Readability takes a table that lays out a page for a table of data, and leaves its menu in.
    if (name !== 'tables') expect(read).not.toContain('Subscribe now');
  });
});
