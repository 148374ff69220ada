import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { exactJson } from './exactJson.js';

describe('exactJson', () => {
  it('reads what a double holds as JSON.parse does', () => {
    fc.assert(
      fc.property(
        fc.jsonValue().filter((value) => !/(^|[^.\d])\d{16}/.test(JSON.stringify(value))),
        (value) => {
          const text = JSON.stringify(value, null, 1);
          expect(exactJson(text)).toEqual(JSON.parse(text));
        },
      ),
    );
  });

  it('keeps every digit of integers, as numbers to 2^53 and as texts beyond', () => {
    fc.assert(
      fc.property(fc.bigInt({ min: -(10n ** 30n), max: 10n ** 30n }), (integer) => {
        const found = exactJson(`{"a": [${integer}]}`) as { a: [number | string] };
        expect(BigInt(found.a[0])).toBe(integer);
      }),
    );
  });

  it('leaves digits within texts alone', () => {
    fc.assert(
      fc.property(fc.string(), (text) => {
        const value = { [`12345678901234567890${text}`]: `${text} "12345678901234567890\\` };
        expect(exactJson(JSON.stringify(value))).toEqual(value);
      }),
    );
  });

  it('keeps the digits of decimals that a double would round', () => {
    expect(exactJson('[0.1, 0.12345678901234567, 1e400, -0.5e-3]')).toEqual([
      0.1,
      '0.12345678901234567',
      '1e400',
      -0.0005,
    ]);
  });
});
