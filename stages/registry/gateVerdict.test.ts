import { describe, expect, it } from '@jest/globals';
import { PromotionPolicy } from '../../contracts/index.js';
import { gateVerdict } from './gateVerdict.js';

const policy = (gate: Readonly<Record<string, number>> = {}) => PromotionPolicy.parse({ gate });
const against = (value: number, low: number, high: number, rowsLeftOut = 0) => ({
  rows: 300,
  candidate: 0.9 + value,
  champion: { version: 3, metric: 0.9, difference: { value, low, high }, rowsLeftOut },
});

describe('gateVerdict', () => {
  it.each([
    ['a lead beyond chance', against(0.03, 0.01, 0.05), true, 'It is better than version 3'],
    [
      'a lead within chance',
      against(0.01, -0.01, 0.03),
      false,
      'It is not shown to be better than version 3',
    ],
    ['a clear loss', against(-0.05, -0.08, -0.02), false, 'It is worse than version 3'],
  ])('judges %s', (_, comparison, passed, words) => {
    const verdict = gateVerdict(comparison, policy(), null);
    expect(verdict.passed).toBe(passed);
    expect(verdict.reasons.join(' ')).toContain(words);
  });

  it('demands the margin of the policy, which may also forgive a small loss', () => {
    expect(gateVerdict(against(0.03, 0.01, 0.05), policy({ margin: 0.02 }), null).passed).toBe(false);
    expect(gateVerdict(against(0, -0.01, 0.01), policy({ margin: -0.02 }), null).passed).toBe(true);
  });

  it('demands the minimum even of a version that beats the champion', () => {
    const { passed, reasons } = gateVerdict(against(0.03, 0.01, 0.05), policy({ minimum: 0.99 }), null);
    expect(passed).toBe(false);
    expect(reasons[0]).toBe('Macro-F1 0.9300 on 300 test rows is below the minimum of 0.99.');
  });

  it('lets a version that was rolled back return only by a person', () => {
    const rolledBack = { by: 'ada', reason: 'it lost invoices', at: '2026-11-23T11:00:00.000Z' };
    const verdict = (mode: string) =>
      gateVerdict(
        against(0.03, 0.01, 0.05),
        PromotionPolicy.parse({ gate: {}, approval: { mode } }),
        rolledBack,
      );
    expect(verdict('automatic').passed).toBe(false);
    expect(verdict('manual').passed).toBe(true);
    expect(verdict('automatic').reasons.at(-1)).toContain('ada rolled this version back on 2026-11-23');
    expect(verdict('automatic').reasons.at(-1)).toContain('it lost invoices');
  });

  it('says which rows it left out', () => {
    expect(gateVerdict(against(0, 0, 0, 12), policy(), null).reasons.at(-1)).toContain(
      '12 test rows were left out',
    );
  });
});
