import { describe, expect, it } from '@jest/globals';
import { spanOf } from './span.js';

describe('a span on the command line', () => {
  it('is START-END', () => {
    expect(spanOf('12-19')).toEqual({ start: 12, end: 19 });
  });

  it.each(['', '5', '5-5', '7-3', '-1-4', 'a-b', '1-2-3', '0-9999999999'])(
    'is refused when it is %j',
    (text) => {
      expect(() => spanOf(text)).toThrow(expect.objectContaining({ code: 'REQUEST_INVALID' }));
    },
  );
});
