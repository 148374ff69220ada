import { describe, expect, it } from '@jest/globals';
import { duration, progressLine, table } from './format.js';

describe('what the command line prints', () => {
  it.each([
    [0, '0s'],
    [59.6, '1m 00s'],
    [185, '3m 05s'],
    [3720, '1h 02m'],
  ])('shows %d seconds as %s', (seconds, text) => expect(duration(seconds)).toBe(text));

  it('shows how far the work is, the live figures and the time left in one line', () => {
    expect(
      progressLine({
        activity: 'training',
        done: 300,
        total: 600,
        unit: 'steps',
        secondsLeft: 61,
        figures: { loss: 0.12345, tokensPerSecond: 2512.4, paddingShare: 0.02, validationScore: 0.9 },
      }),
    ).toBe(
      'training · 300/600 steps (50 %) · loss 0.1235 · 2,512 tokens/s · validation score 0.9000 · 1m 01s left',
    );
  });

  it('shows no share where the total is unknown', () => {
    expect(
      progressLine({
        activity: 'reading',
        done: 12,
        total: null,
        unit: 'mails',
        secondsLeft: null,
        figures: {},
      }),
    ).toBe('reading · 12 mails');
  });

  it('aligns columns: the first to the left, the others to the right', () => {
    expect(
      table([
        ['a', 'score'],
        ['longer', '1'],
      ]),
    ).toBe('a       score\nlonger      1');
  });
});
