import { readFileSync } from 'node:fs';
import { describe, expect, it } from '@jest/globals';
import { CleaningRecipe } from '../../../contracts/index.js';
import { c4Quality } from './c4Quality.js';
import { gopherQuality } from './gopherQuality.js';
import type { Draft, DraftRule } from './rule.js';

interface Case {
  readonly text: string;
  readonly c4: { readonly reason: string } | { readonly text: string };
  readonly quality: string | null;
  readonly repetition: string | null;
}

/** datatrove's name of each reason. */
const REASONS: Readonly<Record<string, string>> = {
  gopher_short_doc: 'too-few-words',
  gopher_long_doc: 'too-many-words',
  gopher_below_avg_threshold: 'short-words',
  gopher_above_avg_threshold: 'long-words',
  gopher_too_many_hashes: 'hash-signs',
  gopher_too_many_ellipsis: 'ellipses',
  gopher_too_many_bullets: 'bullet-lines',
  gopher_too_many_end_ellipsis: 'ellipsis-lines',
  gopher_below_alpha_threshold: 'few-alphabetic-words',
  gopher_enough_stop_words: 'few-stop-words',
  dup_para_frac: 'repeated-paragraphs',
  dup_para_char_frac: 'repeated-paragraphs',
  dup_line_frac: 'repeated-lines',
  dup_line_char_frac: 'repeated-lines',
  lorem_ipsum: 'lorem-ipsum',
  curly_bracket: 'curly-bracket',
};
const ours = (reason: string | null): string | null =>
  reason === null
    ? null
    : (REASONS[reason] ??
      reason
        .replace(/^top_(\d+)_gram$/, 'top-$1-gram')
        .replace(/^duplicated_(\d+)_n_grams$/, 'repeated-$1-grams'));

const cases = JSON.parse(
  readFileSync(new URL('../text/goldens/quality.json', import.meta.url), 'utf8'),
) as Case[];
const judge = (rule: DraftRule, text: string, cleaning: Record<string, unknown>) => {
  const outcome = rule.apply({ text } as Draft, CleaningRecipe.parse(cleaning));
  if (outcome instanceof Promise) throw new Error('these rules answer at once');
  return outcome;
};
const reasonOf = (outcome: ReturnType<typeof judge>): string | null =>
  outcome.kind === 'dropped' ? outcome.reason : null;

describe('the quality rules beside datatrove', () => {
  it('meet documents of every kind', () => {
    const reasons = new Set(cases.flatMap(({ quality, repetition }) => [quality, repetition]));
    expect(reasons.size).toBeGreaterThan(12);
  });

  it.each(cases.map((one, index) => [index, one] as const))('judge document %i as it does', (_, one) => {
    const quality = judge(gopherQuality, one.text, { gopherQuality: { repetition: false } });
    expect(reasonOf(quality)).toBe(ours(one.quality));
    const everything = judge(gopherQuality, one.text, { gopherQuality: {} });
    expect(reasonOf(everything)).toBe(ours(one.quality ?? one.repetition));
    const c4 = judge(c4Quality, one.text, { c4Quality: { sentencesMin: 0 } });
    if ('reason' in one.c4) expect(reasonOf(c4)).toBe(ours(one.c4.reason));
    else
      expect(
        c4.kind === 'kept' &&
          c4.draft.text
            .split('\n')
            .map((line) => line.trim())
            .filter((line) => line !== ''),
      ).toEqual(one.c4.text.split('\n').filter((line) => line !== ''));
  });
});
