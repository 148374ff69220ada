import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { normalise } from './rules/normalise.js';
import type { Draft, Outcome } from './rules/rule.js';
import { testDraft } from './testing/draft.js';
import { TrackedText } from './trackedText.js';

const draft = (text: string, spans?: Draft['spans']) =>
  testDraft({ labelledBy: { from: 'entities', field: 'entities' }, text, ...(spans && { spans }) });
const recipe = {} as Parameters<typeof normalise.apply>[1];
const keptDraft = (outcome: Outcome | Promise<Outcome>): Draft => {
  if (outcome instanceof Promise || outcome.kind === 'dropped') throw new Error('the rule keeps every draft');
  return outcome.draft;
};

const messy = fc
  .array(
    fc.oneof(
      fc.constantFrom(' ', '  ', '\n', '\r\n', '\n\n\n', '\u00a0', '\u200b', '\u0007', '\ufeff', '\u2028'),
      fc.constantFrom(
        'a',
        'Ö',
        'u\u0308',
        'e\u0301\u0323',
        '\u1112\u1161\u11ab',
        '가\u11a8',
        '😀',
        '\ud800',
        'ﬁ',
      ),
      fc.string({ unit: 'binary', maxLength: 6 }),
    ),
    { maxLength: 30 },
  )
  .map((parts) => parts.join(''));

/** Spans that follow one another, as entities do. */
const spansIn = (text: string, cuts: readonly number[]): NonNullable<Draft['spans']> => {
  const places = [...new Set(cuts.map((cut) => cut % (text.length + 1)))].sort((x, y) => x - y);
  return places.flatMap((start, index) => {
    const end = places[index + 1];
    return index % 2 === 0 && end !== undefined ? [{ start, end, label: `${index}` }] : [];
  });
};

describe('normalising a text with spans', () => {
  it('gives the very text that it gives without', () => {
    fc.assert(
      fc.property(messy, (text) => {
        const plain = keptDraft(normalise.apply(draft(text), recipe)).text;
        expect(keptDraft(normalise.apply(draft(text, []), recipe)).text).toBe(plain);
      }),
      { numRuns: 500 },
    );
  });

  it('keeps spans in order, apart, inside the text and without white space at their ends', () => {
    fc.assert(
      fc.property(messy, fc.array(fc.nat(60), { maxLength: 8 }), (text, cuts) => {
        const before = spansIn(text, cuts);
        const { text: after, spans = [] } = keptDraft(normalise.apply(draft(text, before), recipe));
        let end = 0;
        for (const span of spans) {
          expect(span.start).toBeGreaterThanOrEqual(end);
          expect(span.end).toBeGreaterThan(span.start);
          end = span.end;
          const name = after.slice(span.start, span.end);
          expect(name.trim()).toBe(name);
        }
        expect(end).toBeLessThanOrEqual(after.length);
      }),
      { numRuns: 500 },
    );
  });

  it('moves a name with its text: what is inside is the name, normalised', () => {
    const name = fc.constantFrom(
      'Ada  Lovelace',
      'Zu\u0308rich',
      'Sa\u0303o\u00a0Paulo',
      '😀 Inc',
      'a\u200bb',
    );
    fc.assert(
      fc.property(messy, name, messy, (before, surface, after) => {
        const text = `${before} ${surface} ${after}`;
        const span = { start: before.length + 1, end: before.length + 1 + surface.length, label: 'X' };
        const moved = keptDraft(normalise.apply(draft(text, [span]), recipe));
        const [kept] = moved.spans!;
        expect(moved.text.slice(kept!.start, kept!.end)).toBe(
          keptDraft(normalise.apply(draft(surface), recipe)).text,
        );
      }),
      { numRuns: 300 },
    );
  });

  it('loses a span with nothing left, and says so', () => {
    const spans = [
      { start: 0, end: 2, label: 'A' },
      { start: 2, end: 3, label: 'B' },
    ];
    const outcome = normalise.apply(draft('\u200b\u200bx y', spans), recipe);
    expect(outcome).toMatchObject({
      kind: 'kept',
      draft: { text: 'x y', spans: [{ start: 0, end: 1, label: 'B' }] },
      changes: ['control characters removed', '1 span lost with their text'],
    });
  });
});

describe('a tracked text', () => {
  it('maps through replacements of any length', () => {
    const grown = TrackedText.of('ab cd').replace(/b/g, 'BBB').replace(/ /g, '');
    expect(grown.text).toBe('aBBBcd');
    const spans = [
      { start: 0, end: 2, label: 'x' },
      { start: 3, end: 4, label: 'y' },
    ];
    expect(grown.map(spans)).toEqual({
      spans: [
        { start: 0, end: 4, label: 'x' },
        { start: 4, end: 5, label: 'y' },
      ],
      lost: 0,
    });
  });
});
