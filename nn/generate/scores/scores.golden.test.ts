import { readFileSync } from 'node:fs';
import { describe, expect, it } from '@jest/globals';
import { adjustScores, warpScores } from '../adjustScores.js';

interface Case {
  readonly rule: 'temperature' | 'topK' | 'topP' | 'repetitionPenalty' | 'minNewTokens';
  readonly value: number;
  readonly begun: number;
  readonly ids: readonly number[];
  readonly stopIds: readonly number[];
  readonly scores: readonly (number | null)[];
  readonly expected: readonly (number | null)[];
}

const cases = JSON.parse(
  readFileSync(new URL('../goldens/scores.json', import.meta.url), 'utf8'),
) as readonly Case[];

const values = (listed: readonly (number | null)[]) =>
  Float32Array.from(listed, (value) => value ?? Number.NEGATIVE_INFINITY);

describe('rules for scores give what those of transformers give', () => {
  it.each(cases.map((each, index) => [each.rule, each.value, index] as const))(
    '%s %d (%i)',
    (rule, value, index) => {
      const { scores, expected, ids, begun, stopIds } = cases[index]!;
      const options = { maxNewTokens: 9, stopIds, [rule]: value };
      const given = values(scores);
      const adjusted = adjustScores(given, { ids, begun }, options);
      const actual = warpScores(adjusted, { kind: 'sample', seed: 1, [rule]: value });
      const wanted = values(expected);
      expect(actual.map(Number.isFinite as never)).toEqual(wanted.map(Number.isFinite as never));
      for (const [token, score] of wanted.entries()) {
        if (Number.isFinite(score)) expect(actual[token]).toBeCloseTo(score, 5);
      }
      expect(given).toEqual(values(scores));
    },
  );
});
