import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { excerpt } from './format.js';
import { html } from './html.js';
import { linearScale } from './scale.js';

const text = fc.string({ unit: 'binary', maxLength: 80 });

describe('html', () => {
  it('never lets an inserted text open a tag, close an attribute or begin an entity', () => {
    fc.assert(
      fc.property(text, (value) => {
        const { markup } = html`<p title="${value}">${[value]}</p>`;
        const inside = markup.slice('<p title="'.length, -'</p>'.length).split('">');
        expect(inside).toHaveLength(2);
        for (const part of inside) expect(part.replace(/&(amp|lt|gt|quot|#39);/g, '')).not.toMatch(/[<>"'&]/);
      }),
    );
  });

  it('keeps ordinary text as it is', () => {
    expect(html`<b>${'Grüße, 世界 🎉'}</b>${null}${false}${7}`.markup).toBe('<b>Grüße, 世界 🎉</b>7');
  });
});

describe('excerpt', () => {
  it('is never longer than asked for and never half a character', () => {
    fc.assert(
      fc.property(
        fc.string({ unit: 'grapheme', maxLength: 60 }),
        fc.integer({ min: 1, max: 20 }),
        (value, most) => {
          const short = excerpt(value, most);
          expect(Array.from(short).length).toBeLessThanOrEqual(most);
          expect(short).not.toMatch(/\p{Surrogate}/u);
        },
      ),
    );
  });
});

describe('linearScale', () => {
  const value = fc.double({ min: -1e6, max: 1e6, noNaN: true });

  it('has few rising ticks and keeps every value between them within the drawing', () => {
    fc.assert(
      fc.property(value, value, (a, b) => {
        const [low, high] = [Math.min(a, b), Math.max(a, b)];
        const { ticks, at } = linearScale([low, high], [0, 100]);
        expect(ticks.length).toBeLessThanOrEqual(8);
        for (const [index, tick] of ticks.slice(1).entries()) expect(tick).toBeGreaterThan(ticks[index]!);
        for (const inside of [low, high]) {
          expect(at(inside)).toBeGreaterThanOrEqual(-1e-3);
          expect(at(inside)).toBeLessThanOrEqual(100.001);
        }
      }),
    );
  });

  it('does not go beyond its limits', () => {
    const { ticks } = linearScale([0.91, 1], [100, 0], [0, 1]);
    expect(ticks.at(-1)).toBe(1);
    expect(linearScale([1, 1], [100, 0], [0, 1]).ticks.at(-1)).toBe(1);
  });
});
