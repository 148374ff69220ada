import { describe, expect, it } from '@jest/globals';
import { parseMailDate } from './date.js';

describe('parseMailDate', () => {
  it.each([
    ['Thu, 22 Aug 2002 18:26:25 +0700', '2002-08-22T11:26:25.000Z'],
    ['22 Aug 2002 18:26 -0530', '2002-08-22T23:56:00.000Z'],
    ['Thu, 22 Aug 2002 18:26:25 -0400 (EDT)', '2002-08-22T22:26:25.000Z'],
    ['Thu, 22 Aug 02 18:26:25 PDT', '2002-08-23T01:26:25.000Z'],
    ['Fri, 31 Dec 99 23:59:60 GMT', '1999-12-31T23:59:59.000Z'],
    ['Tue, 17 Sep 0102 16:06:15 -1100', '2002-09-18T03:06:15.000Z'],
    ['29 Jul 01 12:34:44 AM', '2001-07-29T00:34:44.000Z'],
    ['05 Jul 01 4:00:55 PM', '2001-07-05T16:00:55.000Z'],
    ['Fri, 07 Jun 2002 16:37:13 GMT+1', '2002-06-07T15:37:13.000Z'],
    ['Sun, 21 Jul 2002 04:21:08 Eastern Daylight Time', '2002-07-21T08:21:08.000Z'],
    ['Thu Aug 22 18:26:25 2002', '2002-08-22T18:26:25.000Z'],
    ['Thu Aug 22 18:26:25 EST 2002', '2002-08-22T23:26:25.000Z'],
    ['Thu, 22 Aug 2002\r\n 18:26:25 Z', '2002-08-22T18:26:25.000Z'],
  ])('reads %s', (header, instant) => {
    expect(parseMailDate(header)).toBe(instant);
  });

  it.each([
    '',
    'tomorrow',
    'Thu, 31 Feb 2002 10:00:00 +0000',
    'Thu, 22 Aug 2002 25:00:00 +0000',
    'Thu, 22 Aug 2002 10:61:00 +0000',
    'Thu, 22 Aug 2002 10:00:00 +-0500',
    'Thu, 22 Aug 2002 10:00:00 +9900',
    'Thu, 22 Foo 2002 10:00:00 +0000',
    'Thu, 22 Aug 2002 13:00:00 PM',
    '22 Aug 9999 10:00:00 +0000',
    '(((((((((((',
  ])('gives null for "%s"', (header) => {
    expect(parseMailDate(header)).toBeNull();
  });
});
