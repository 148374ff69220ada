import { readFileSync } from 'node:fs';
import { describe, expect, it } from '@jest/globals';
import { alignedText, alike } from './alignment.js';
import { wordsOf } from './words.js';

interface Case {
  readonly a: string;
  readonly b: string;
  readonly similarity: number;
}

const cases = JSON.parse(
  readFileSync(new URL('goldens/alignment.json', import.meta.url), 'utf8'),
) as readonly Case[];
const aligned = (text: string) => alignedText(wordsOf(text));

describe('the share of words in common and in order', () => {
  it.each(cases)('is at least what rapidfuzz finds and no more ($similarity)', ({ a, b, similarity }) => {
    const [left, right] = [aligned(a), aligned(b)];
    if (similarity > 0) expect(alike(left, right, similarity)).toBe(true);
    if (similarity < 1) expect(alike(left, right, similarity + 1e-6)).toBe(false);
    expect(alike(right, left, Math.max(similarity, 1e-6))).toBe(similarity > 0);
  });
});
