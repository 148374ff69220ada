import { readFileSync } from 'node:fs';
import { describe, expect, it } from '@jest/globals';
import { createPace } from '../../pace.js';
import { memoryStageContext } from '../../testing/index.js';
import { indexLabels } from '../metrics/judged.js';
import { predictTfidfLinear } from './baseline.js';
import { SVM_DEFAULTS, scoreOf, trainSeparator } from './linearSvm.js';
import { dotRow } from './sparse.js';
import { TfidfVectorizer } from './vectorizer.js';

interface Case {
  readonly labels: string[];
  readonly train: { readonly text: string; readonly label: string }[];
  readonly test: string[];
  readonly columns: number;
  readonly rowSums: number[];
  /** One number a text for two labels, else one a label. */
  readonly decisions: (number | number[])[];
  readonly predicted: string[];
}
const { tfidf: cases } = JSON.parse(
  readFileSync(new URL('../goldens/scikit-learn.json', import.meta.url), 'utf8'),
) as { tfidf: Case[] };

const ctx = memoryStageContext();
const pace = createPace(ctx, { activity: 'test', unit: 'texts' });

describe.each(cases.map((golden) => [golden.labels.length, golden] as const))(
  'TF-IDF baseline with %i labels',
  (_, golden) => {
    const texts = golden.train.map(({ text }) => text);
    const classes = indexLabels(
      golden.labels,
      golden.train.map(({ label }) => label),
    );

    it('weighs terms as scikit-learn does', async () => {
      const vectorizer = new TfidfVectorizer();
      expect((await vectorizer.fit(texts, pace)).columns).toBe(golden.columns);
      const rows = await vectorizer.transform(golden.test, pace);
      const ones = new Float64Array(rows.columns).fill(1);
      golden.rowSums.forEach((sum, row) => {
        expect(dotRow(rows, row, ones)).toBeCloseTo(sum, 10);
      });
    });

    it('reaches the optimum that scikit-learn reaches', async () => {
      const vectorizer = new TfidfVectorizer();
      const train = await vectorizer.fit(texts, pace);
      const rows = await vectorizer.transform(golden.test, pace);
      const planes = golden.labels.length === 2 ? [1] : golden.labels.map((__, label) => label);
      for (const [plane, label] of planes.entries()) {
        const positive = Uint8Array.from(classes, (value) => (value === label ? 1 : 0));
        const separator = await trainSeparator(train, positive, { ...SVM_DEFAULTS, tolerance: 1e-9 }, pace);
        golden.decisions.forEach((decision, row) => {
          const expected = typeof decision === 'number' ? decision : decision[plane]!;
          expect(scoreOf(separator, rows, row)).toBeCloseTo(expected, 6);
        });
      }
    });

    it('predicts what scikit-learn predicts, and the same again', async () => {
      const predict = () => predictTfidfLinear(ctx, { texts, classes }, golden.labels.length, golden.test);
      const predicted = await predict();
      expect(Array.from(predicted, (label) => golden.labels[label])).toEqual(golden.predicted);
      expect(await predict()).toEqual(predicted);
    });
  },
);
