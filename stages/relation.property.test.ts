import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { markRelation, relationFault } from './relation.js';

const text = fc
  .string({ unit: 'grapheme', minLength: 4, maxLength: 40 })
  .filter((value) => value.length >= 4);

describe('marking a relation', () => {
  it('adds the four marks around the spans and changes nothing else, whichever span comes first', () => {
    fc.assert(
      fc.property(
        text,
        fc.array(fc.nat(), { minLength: 4, maxLength: 4 }),
        fc.boolean(),
        (value, cuts, swap) => {
          const [a, b, c, d] = cuts.map((cut) => cut % (value.length + 1)).sort((x, y) => x - y);
          const spans = [
            { start: a!, end: b! },
            { start: c!, end: d! },
          ] as const;
          const [head, tail] = swap ? [spans[1], spans[0]] : spans;
          fc.pre(relationFault(value, { head, tail }) === null);
          const marked = markRelation(value, { head, tail });
          const inside = (number: 1 | 2) => marked.split(`[E${number}] `)[1]!.split(` [/E${number}]`)[0];
          expect(inside(1)).toBe(value.slice(head.start, head.end));
          expect(inside(2)).toBe(value.slice(tail.start, tail.end));
          expect(marked.replace(/\[E[12]\] | \[\/E[12]\]/g, '')).toBe(value);
        },
      ),
    );
  });

  it('refuses spans that cannot be marked, each with its reason', () => {
    const span = (start: number, end: number) => ({ start, end });
    const cases: [string, { start: number; end: number }, { start: number; end: number }, string][] = [
      ['abcdef', span(0, 3), span(2, 4), 'overlapping-spans'],
      ['abcdef', span(0, 3), span(1, 2), 'overlapping-spans'],
      ['abcdef', span(0, 3), span(5, 9), 'span-outside-text'],
      ['abcdef', span(3, 3), span(4, 5), 'malformed-span'],
      ['ab [/E1] cd', span(0, 1), span(9, 10), 'marker-in-text'],
    ];
    for (const [value, head, tail, fault] of cases) {
      expect(relationFault(value, { head, tail })).toBe(fault);
      expect(relationFault(value, { head: tail, tail: head })).toBe(fault);
    }
  });
});
