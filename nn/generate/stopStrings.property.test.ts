import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { StopStrings } from './stopStrings.js';

// Few letters, so that stop strings occur, overlap and nearly occur.
const letters = (lengths: fc.StringConstraints) =>
  fc.string({ unit: fc.constantFrom('a', 'b', '\u{1F600}', '\u{1F601}'), ...lengths });
const stops = fc.array(letters({ minLength: 1, maxLength: 4 }), { maxLength: 3 });
const pieces = fc.array(letters({ maxLength: 3 }), { maxLength: 12 });

function passed(strings: readonly string[], parts: readonly string[]): string[] {
  const scanner = new StopStrings(strings);
  return [...parts.map((part) => scanner.push(part)), scanner.finish()];
}

describe('stop strings', () => {
  it('end a text at the same place however it is cut', () => {
    fc.assert(
      fc.property(stops, pieces, (strings, parts) => {
        const byPiece = passed(strings, parts).join('');
        expect(byPiece).toBe(passed(strings, [...parts.join('')]).join(''));
        expect(byPiece).toBe(passed(strings, [parts.join('')]).join(''));
      }),
    );
  });

  it('never come out, and nothing else is lost', () => {
    fc.assert(
      fc.property(stops, pieces, (strings, parts) => {
        const text = passed(strings, parts).join('');
        const whole = parts.join('');
        expect(strings.filter((string) => text.includes(string))).toEqual([]);
        expect(whole.startsWith(text)).toBe(true);
        const rest = whole.slice(text.length);
        expect(rest === '' || strings.some((string) => rest.startsWith(string))).toBe(true);
      }),
    );
  });

  it('hold back only what may still become one', () => {
    expect(passed(['END'], ['one E', 'lse EN', 'D two'])).toEqual(['one ', 'Else ', '', '']);
    expect(passed(['END'], ['EN'])).toEqual(['', 'EN']);
  });
});
