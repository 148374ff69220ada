import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { bind, broadcast, product, quotient } from './dimension.js';
import type { Dimension } from './ir.js';

const lengths = { batch: 3, sequence: 5, heads: 7 };
const dimension: fc.Arbitrary<Dimension> = fc.oneof(
  fc.integer({ min: 1, max: 9 }),
  fc.constantFrom('batch', 'sequence', 'heads', '2*batch', 'batch*sequence'),
);
const shape = fc.array(dimension, { maxLength: 4 });

describe('symbolic dimensions', () => {
  it('multiply as their lengths do, in any order', () => {
    fc.assert(
      fc.property(shape, (dimensions) => {
        const total = product(dimensions);
        expect(bind(total, lengths)).toBe(
          dimensions.reduce<number>((all, each) => all * bind(each, lengths), 1),
        );
        expect(product(dimensions.toReversed())).toBe(total);
      }),
    );
  });

  it('divide back what was multiplied', () => {
    fc.assert(
      fc.property(shape, dimension, (dimensions, extra) => {
        expect(quotient(product([...dimensions, extra]), product(dimensions))).toBe(product([extra]));
      }),
    );
  });

  it('do not divide what is not a factor', () => {
    expect(quotient('batch', 'sequence')).toBeUndefined();
    expect(quotient(7, 2)).toBeUndefined();
  });

  it('broadcast along missing axes and axes of length 1, and nothing else', () => {
    expect(broadcast(['batch', 1, 4], ['sequence', 1])).toEqual(['batch', 'sequence', 4]);
    expect(() => broadcast(['batch'], ['sequence'])).toThrow(/do not broadcast/);
    expect(() => broadcast([2], [3])).toThrow(/do not broadcast/);
  });
});
