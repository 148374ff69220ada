import { readFileSync } from 'node:fs';
import { describe, expect, it } from '@jest/globals';
import { memoryStageContext } from '../../testing/index.js';
import { classificationMetrics } from './classificationMetrics.js';
import { indexLabels } from './judged.js';

interface Case {
  readonly labels: string[];
  readonly truth: string[];
  readonly predicted: string[];
  readonly accuracy: number;
  readonly macroF1: number;
  readonly precision: number[];
  readonly recall: number[];
  readonly f1: number[];
  readonly support: number[];
  readonly confusion: number[][];
}
const { metrics: cases } = JSON.parse(
  readFileSync(new URL('../goldens/scikit-learn.json', import.meta.url), 'utf8'),
) as { metrics: Case[] };

describe('classificationMetrics', () => {
  it.each(cases.map((golden, index) => [index, golden] as const))(
    'equals scikit-learn, case %i',
    async (_, golden) => {
      const judged = {
        labels: golden.labels,
        truth: indexLabels(golden.labels, golden.truth),
        predicted: indexLabels(golden.labels, golden.predicted),
      };
      const metrics = await classificationMetrics(memoryStageContext(), judged, {
        resamples: 100,
        confidence: 0.95,
        seed: 7,
      });
      expect(metrics.accuracy.value).toBeCloseTo(golden.accuracy, 12);
      expect(metrics.macroF1.value).toBeCloseTo(golden.macroF1, 12);
      expect(metrics.confusion).toEqual(golden.confusion);
      expect(metrics.classes.map(({ support }) => support)).toEqual(golden.support);
      for (const name of ['precision', 'recall', 'f1'] as const)
        metrics.classes.forEach((entry, label) => {
          expect(entry[name].value).toBeCloseTo(golden[name][label]!, 12);
        });
    },
  );
});
