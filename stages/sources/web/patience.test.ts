import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import type { HttpAnswer } from './client.js';
import { HttpFault } from './fault.js';
import { linkTarget } from './linkHeader.js';
import { requestPatiently, wishedWaitMs } from './patience.js';

const NOW = Date.parse('2026-11-24T10:00:00Z');

describe('wishedWaitMs', () => {
  it.each([
    [{ 'retry-after': '7' }, 7000],
    [{ 'retry-after': 'Tue, 24 Nov 2026 10:00:30 GMT' }, 30_000],
    [{ 'retry-after': 'Tuesday, 24-Nov-26 10:00:30 GMT' }, 30_000],
    [{ 'retry-after': 'Tue, 24 Nov 2026 09:00:00 GMT' }, 0],
    [{ 'retry-after': 'soon' }, null],
    [{ 'retry-after': '-5' }, null],
    [{ 'x-ratelimit-reset': '12' }, 12_000],
    [{ 'x-ratelimit-reset': String(NOW / 1000 + 20) }, 20_000],
    [{ 'x-ratelimit-reset': '12', 'x-ratelimit-remaining': '3' }, null],
    [{ 'x-ratelimit-reset': '12', 'x-ratelimit-remaining': '0' }, 12_000],
    [{}, null],
  ])('%j is %s', (headers, wait) => {
    expect(wishedWaitMs(headers as Record<string, string>, NOW)).toBe(wait);
  });
});

describe('requestPatiently', () => {
  const run = async (
    answers: readonly (number | HttpFault | { status: number; headers: Record<string, string> })[],
    attemptsMax = 4,
  ) => {
    const waits: number[] = [];
    let asked = 0;
    const client = {
      close: async () => undefined,
      request: async (): Promise<HttpAnswer> => {
        const answer = answers[asked++];
        if (answer instanceof HttpFault) throw answer;
        const { status, headers } = typeof answer === 'number' ? { status: answer, headers: {} } : answer!;
        return { status, headers, url: new URL('http://x/'), body: new Uint8Array(0) };
      },
    };
    const clock = { nowMs: () => NOW, random: () => 0.5, sleep: async (ms: number) => void waits.push(ms) };
    const request = { url: new URL('http://x/'), bytesMax: 1, timeoutMs: 1, redirectsMax: 0 };
    const signal = new AbortController().signal;
    const outcome = await requestPatiently(
      client,
      () => request,
      { attemptsMax, waitMsMax: 60_000, clock },
      signal,
    ).then(
      ({ status }) => status,
      (fault: HttpFault) => fault.kind,
    );
    return { outcome, asked, waits };
  };

  it('waits longer each time after statuses and faults that pass, and gives up in the end', async () => {
    expect(await run([503, new HttpFault('timeout', ''), 429, 200])).toEqual({
      outcome: 200,
      asked: 4,
      waits: [500, 1000, 2000],
    });
    expect(await run([500, 500, 500, 500, 200])).toMatchObject({ outcome: 500, asked: 4 });
    expect(await run([new HttpFault('unreachable', ''), new HttpFault('unreachable', '')], 2)).toMatchObject({
      outcome: 'unreachable',
      asked: 2,
    });
  });

  it('waits as long as it is asked to, and gives up when that is too long', async () => {
    const busy = (seconds: number) => ({ status: 429, headers: { 'retry-after': String(seconds) } });
    expect(await run([busy(30), 200])).toEqual({ outcome: 200, asked: 2, waits: [30_500] });
    expect(await run([busy(61), 200])).toMatchObject({ outcome: 429, asked: 1, waits: [] });
  });

  it('does not repeat what will not pass', async () => {
    expect(await run([404, 200])).toMatchObject({ outcome: 404, asked: 1 });
    expect(await run([new HttpFault('address-forbidden', ''), 200])).toMatchObject({ asked: 1 });
  });
});

describe('linkTarget (RFC 8288)', () => {
  it.each([
    ['<https://a/?p=2>; rel="next", <https://a/?p=9>; rel="last"', 'https://a/?p=2'],
    [
      '<https://a/?p=1>; rel="prev", <https://a/?p=3,4;x>; title="a, \\"b\\"; rel=no"; rel=next',
      'https://a/?p=3,4;x',
    ],
    ['</x>; REL="start NEXT"', '/x'],
    ['<https://a/>; rel="prefetch"', null],
    ['<https://a/>; title="rel=next"', null],
    ['garbage', null],
    ['', null],
  ])('%s', (header, target) => {
    expect(linkTarget(header, 'next')).toBe(target);
  });

  it('takes any header without throwing or hanging', () => {
    fc.assert(
      fc.property(fc.string({ maxLength: 2000 }), (header) => {
        linkTarget(header, 'next');
        linkTarget('<a>;'.repeat(500) + header, 'next');
      }),
      { numRuns: 200 },
    );
  });
});
