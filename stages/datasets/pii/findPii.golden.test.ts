import { readFileSync } from 'node:fs';
import { describe, expect, it } from '@jest/globals';
import { PII_KINDS, type PiiKind } from '../../../contracts/index.js';
import { findPii } from './findPii.js';

interface Case {
  readonly kind: PiiKind;
  /** False for a look-alike: a broken check digit, a date, a version. */
  readonly positive: boolean;
  readonly text: string;
  readonly start: number;
  readonly end: number;
  /** Whether presidio's recogniser finds it; null where it has none. */
  readonly presidio: boolean | null;
}

const cases = JSON.parse(readFileSync(new URL('./goldens/pii.json', import.meta.url), 'utf8')) as Case[];
const hits = ({ kind, text, start, end }: Case, exactly: boolean): boolean =>
  findPii(text, [kind]).some((found) =>
    exactly ? found.start === start && found.end === end : found.start < end && start < found.end,
  );
const share = (of: readonly Case[], holds: (one: Case) => boolean): number =>
  of.filter(holds).length / of.length;

describe('personal data', () => {
  it.each(PII_KINDS)('%s: every true value is found from end to end, no look-alike is', (kind) => {
    const own = cases.filter((one) => one.kind === kind);
    const [real, alike] = [own.filter(({ positive }) => positive), own.filter(({ positive }) => !positive)];
    expect(real.length).toBeGreaterThanOrEqual(40);
    expect(alike.length).toBeGreaterThanOrEqual(40);
    expect(real.filter((one) => !hits(one, true)).map(({ text }) => text)).toEqual([]);
    expect(alike.filter((one) => hits(one, false)).map(({ text }) => text)).toEqual([]);
  });

  it.each(PII_KINDS)('%s: recall and precision are no worse than those of presidio', (kind) => {
    const own = cases.filter((one) => one.kind === kind && one.presidio !== null);
    if (own.length === 0) return expect(['cn-resident-id', 'fr-nir']).toContain(kind);
    const real = own.filter(({ positive }) => positive);
    const alike = own.filter(({ positive }) => !positive);
    expect(share(real, (one) => hits(one, false))).toBeGreaterThanOrEqual(
      share(real, ({ presidio }) => presidio === true),
    );
    expect(share(alike, (one) => hits(one, false))).toBeLessThanOrEqual(
      share(alike, ({ presidio }) => presidio === true),
    );
  });

  it('finds each value once, of all kinds together', () => {
    for (const one of cases.filter(({ positive }) => positive)) {
      const found = findPii(one.text, [...PII_KINDS]);
      expect(found).toHaveLength(1);
      expect(found[0]).toMatchObject({ start: one.start, end: one.end });
    }
  });
});
