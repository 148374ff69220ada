import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { bind, broadcast, product, quotient, sliceLength, sum } from './dimension.js';
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

  it('add up as their lengths do, in any order', () => {
    const plain = fc.oneof(fc.integer({ min: 1, max: 9 }), fc.constantFrom('batch', 'sequence', 'heads'));
    fc.assert(
      fc.property(fc.array(plain, { minLength: 2, maxLength: 5 }), ([first, ...others]) => {
        const total = sum([first!, sum(others)]);
        expect(bind(total, lengths)).toBe(
          [first!, ...others].reduce<number>((all, each) => all + bind(each, lengths), 0),
        );
        expect(sum([...others.toReversed(), first!])).toBe(total);
      }),
    );
  });

  it('have no sum where one is a product', () => {
    expect(() => sum(['2*batch', 'sequence'])).toThrow(
      expect.objectContaining({ code: 'OPERATOR_UNSUPPORTED' }),
    );
  });

  it('are cut as Python cuts lists, open ones too', () => {
    const at = fc.integer({ min: -12, max: 12 });
    const step = fc.integer({ min: -4, max: 4 }).filter((each) => each !== 0);
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 9 }), at, at, step, (length, start, end, by) => {
        // Walking is the definition: from the start, wrapped and moved inside, for as long as the end is not reached.
        const wrapped = (place: number) => (place < 0 ? place + length : place);
        const first = Math.max(0, Math.min(wrapped(start), by > 0 ? length : length - 1));
        const last = Math.max(by > 0 ? 0 : -1, Math.min(wrapped(end), length));
        let count = 0;
        for (let place = first; by > 0 ? place < last : place > last; place += by) count += 1;
        expect(sliceLength(length, start, end, by)).toBe(count);
        expect(bind(sliceLength('sequence', start, end, by), { sequence: length })).toBe(count);
      }),
      { numRuns: 1000 },
    );
    expect(sliceLength('sequence', 0, 2 ** 31 - 1, 1)).toBe('sequence');
    expect(() => sliceLength('2*batch', 1, 2, 1)).toThrow(/no length known/);
  });

  it('take back what was added', () => {
    expect(sum([sum(['sequence', 3]), -3])).toBe('sequence');
    expect(bind(sum(['sequence', -1]), lengths)).toBe(4);
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
