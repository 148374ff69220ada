import { readFileSync } from 'node:fs';
import { describe, expect, it } from '@jest/globals';
import type { Entity } from '../../../contracts/index.js';
import { memoryStageContext } from '../../testing/index.js';
import { classificationMetrics } from './classificationMetrics.js';
import { judgeEntities } from './judged.js';

interface Figures {
  readonly precision: number;
  readonly recall: number;
  readonly f1: number;
}
interface Case {
  readonly truth: string[][];
  readonly predicted: string[][];
  readonly micro: Figures;
  readonly macroF1: number;
  readonly types: Readonly<
    Record<string, { precision: number; recall: number; 'f1-score': number; support: number }>
  >;
}
const TYPES = ['PER', 'ORG', 'LOC'];
const cases = JSON.parse(
  readFileSync(new URL('../../../nn/entities/goldens/tags.json', import.meta.url), 'utf8'),
) as Case[];

/** Runs of B- and I- of one type; what the reading of stray tags does is tested where it is done. */
const entitiesOf = (tags: readonly string[]): Entity[] => {
  const entities: Entity[] = [];
  tags.forEach((tag, at) => {
    if (tag === 'O') return;
    const label = tag.slice(2);
    const last = entities.at(-1);
    const continues = tag.startsWith('I') && last?.end === at && last.label === label;
    if (continues) entities[entities.length - 1] = { ...last, end: at + 1 };
    else entities.push({ start: at, end: at + 1, label });
  });
  return entities;
};

describe('metrics of entities', () => {
  it.each(cases.map((golden, index) => [index, golden] as const))(
    'equal seqeval, case %i',
    async (_, { truth, predicted, micro, macroF1, types }) => {
      const rows = truth.map((tags, row) => ({
        truth: entitiesOf(tags),
        found: entitiesOf(predicted[row]!),
      }));
      const options = { resamples: 100, confidence: 0.95, seed: 7 };
      const metrics = await classificationMetrics(memoryStageContext(), judgeEntities(TYPES, rows), options);
      expect(metrics.rows).toBe(truth.length);
      for (const name of ['precision', 'recall', 'f1'] as const)
        expect(metrics.entities![name].value).toBeCloseTo(micro[name], 12);
      expect(metrics.macroF1.value).toBeCloseTo(macroF1, 12);
      for (const { label, precision, recall, f1, support } of metrics.classes) {
        const expected = types[label] ?? { precision: 0, recall: 0, 'f1-score': 0, support: 0 };
        expect(precision.value).toBeCloseTo(expected.precision, 12);
        expect(recall.value).toBeCloseTo(expected.recall, 12);
        expect(f1.value).toBeCloseTo(expected['f1-score'], 12);
        expect(support).toBe(expected.support);
        expect(f1.low).toBeLessThanOrEqual(f1.value);
      }
      const whole = rows.filter((row) => JSON.stringify(row.truth) === JSON.stringify(row.found)).length;
      expect(metrics.accuracy.value).toBeCloseTo(whole / rows.length, 12);
    },
  );

  it('count an entity of the wrong type where it stands, and one with another end nowhere', async () => {
    const rows = [
      {
        truth: [
          { start: 0, end: 4, label: 'PER' },
          { start: 6, end: 9, label: 'LOC' },
        ],
        found: [
          { start: 0, end: 4, label: 'ORG' },
          { start: 6, end: 10, label: 'LOC' },
        ],
      },
    ];
    const { confusion } = judgeEntities(TYPES, rows);
    expect([...confusion]).toEqual([0, 1, 0, 0, 0, 0, 0, 0, 0]);
    expect(() => judgeEntities(['PER'], rows)).toThrow(expect.objectContaining({ code: 'LABEL_UNKNOWN' }));
  });
});
