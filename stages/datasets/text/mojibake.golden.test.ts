import { readFileSync } from 'node:fs';
import { describe, expect, it } from '@jest/globals';
import { testPipeline } from '../../testing/index.js';
import { encodingRepair } from '../rules/encodingRepair.js';
import type { Draft } from '../rules/rule.js';

interface Case {
  readonly name: string;
  readonly encoding: string | null;
  readonly text: string;
  readonly sound: string;
  /** Whether ftfy gives the sound text. */
  readonly ftfy: boolean;
}

const { cases } = JSON.parse(readFileSync(new URL('./goldens/mojibake.json', import.meta.url), 'utf8')) as {
  cases: Case[];
};
const { cleaning } = testPipeline('/').dataset;
const recipe = {
  ...cleaning,
  encodingRepair: {
    encodings: ['windows-1252', 'windows-1251', 'macintosh', 'windows-1250', 'iso-8859-2'],
  },
} as typeof cleaning;
const repaired = ({ text }: Case): string => {
  const outcome = encodingRepair.apply({ text } as Draft, recipe);
  if (outcome instanceof Promise || outcome.kind === 'dropped') throw new Error('the rule drops nothing');
  return outcome.draft.text;
};

describe('the repair of encodings', () => {
  it('leaves sound texts alone, also those that look misread', () => {
    const sound = cases.filter(({ encoding }) => encoding === null);
    expect(sound.length).toBeGreaterThan(25);
    for (const one of sound) expect(repaired(one)).toBe(one.sound);
  });

  it('repairs whatever ftfy repairs', () => {
    const missed = cases.filter((one) => one.ftfy && repaired(one) !== one.sound);
    expect(missed.map(({ name, encoding }) => `${name} as ${encoding}`)).toEqual([]);
  });

  it('repairs more than ftfy in all', () => {
    const ours = cases.filter((one) => repaired(one) === one.sound).length;
    expect(ours).toBeGreaterThan(cases.filter(({ ftfy }) => ftfy).length);
  });
});
