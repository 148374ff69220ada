import { describe, expect, it } from '@jest/globals';
import {
  type ClassificationMetrics,
  DatasetRecipe,
  EvaluationRecipe,
  type EvaluationRow,
  TrainingRecipe,
} from '../../contracts/index.js';
import { sha256Hex } from '../digest.js';
import { type ReportSource, renderReport } from './renderReport.js';

const HOSTILE = `<img src=x onerror="alert('1')">&amp;\u202e]]>`;
const interval = { value: 0.9, low: 0.8, high: 1 };
const blob = { sha256: sha256Hex('blob'), bytes: 1 };

const metrics = (labels: readonly string[]): ClassificationMetrics => ({
  rows: 10,
  accuracy: interval,
  macroF1: interval,
  classes: labels.map((label) => ({
    label,
    support: 5,
    precision: interval,
    recall: interval,
    f1: interval,
  })),
  confusion: labels.map((_, truth) => labels.map((__, predicted) => (truth === predicted ? 4 : 1))),
});

const source = (labels: readonly string[]): ReportSource => {
  const recipe = TrainingRecipe.parse({ base: { model: `file:${HOSTILE}` } });
  const row = (index: number, wrong: boolean): EvaluationRow => ({
    trainingRunId: sha256Hex('run'),
    split: 'test',
    recordId: sha256Hex(`row ${index}`),
    label: labels[0]!,
    predicted: labels[wrong ? 1 : 0]!,
    scores: [0.1, 0.9 - index / 100],
    embedding: [],
    tokens: 9,
    group: HOSTILE,
  });
  const testRows = [row(1, true), row(2, false), row(3, true)];
  const split = { rows: 10, labels: {}, groups: {} };
  return {
    evaluation: {
      kind: 'Evaluation',
      pipeline: 'mail-triage',
      dataset: sha256Hex('dataset'),
      trainingRun: sha256Hex('run'),
      recipe: EvaluationRecipe.parse({}),
      codeVersion: HOSTILE,
      test: metrics(labels),
      validation: metrics(labels),
      baselines: { majority: metrics(labels), tfidfLinear: metrics(labels) },
      slices: [{ by: 'group', value: HOSTILE, rows: 2, accuracy: null, macroF1: null }],
      learningCurve: [{ rows: 10, model: interval, baseline: interval, winner: 'tie' }],
      learningCurveRuns: [],
    },
    run: {
      kind: 'TrainingRun',
      pipeline: 'mail-triage',
      dataset: sha256Hex('dataset'),
      base: {
        reference: `file:${HOSTILE}`,
        architecture: 'bert',
        parameters: 1,
        config: blob,
        weights: { [HOSTILE]: blob },
        tokenizer: blob,
      },
      recipe,
      codeVersion: 'test',
      labels: [...labels],
      rows: 10,
      generation: null,
      adaptation: null,
      previous: null,
      replayed: 0,
      adapter: null,
      steps: 0,
      bestStep: 0,
      stoppedEarly: false,
      validation: [],
      lossCurve: [],
      weights: blob,
    },
    dataset: {
      kind: 'DatasetVersion',
      pipeline: 'mail-triage',
      batches: [sha256Hex('batch')],
      recipe: DatasetRecipe.parse({}),
      codeVersion: 'test',
      labels: [...labels],
      schema: [{ name: 'text', type: 'string', description: '' }],
      read: 10,
      kept: 10,
      dropped: { [HOSTILE]: 1 },
      changed: {},
      nearDuplicateClusters: 10,
      splits: { train: split, validation: split, test: split },
      rows: blob,
    },
    batches: [],
    testRows,
    texts: new Map(testRows.map(({ recordId }) => [recordId, HOSTILE])),
  };
};

describe('renderReport', () => {
  it('escapes everything that comes from data, and asks for nothing from outside', () => {
    const report = renderReport(source([HOSTILE, 'spam']));
    expect(report).not.toContain('<img');
    expect(report).not.toContain('\u202e');
    expect(report).not.toMatch(/<(script|link|iframe|object|embed)\b|\b(src|href)="|url\(/i);
    expect(report).toContain('&lt;img src=x');
  });

  it('shows the surest mistakes first, and says when nothing was recorded', () => {
    const report = renderReport(source(['ham', 'spam']));
    const [first, second] = [1, 3].map((index) => report.indexOf(sha256Hex(`row ${index}`)));
    expect(first).toBeGreaterThan(0);
    expect(second).toBeGreaterThan(first!);
    expect(report).not.toContain(sha256Hex('row 2'));
    expect(report).toContain('Nothing was recorded.');
  });

  it('lists confusions instead of a matrix when there are many labels', () => {
    const report = renderReport(source(Array.from({ length: 40 }, (_, index) => `label ${index}`)));
    expect(report).toContain('40 labels are too many for a matrix');
    expect(report).not.toContain('class="confusion"');
  });

  it('gives the same bytes again', () => {
    expect(renderReport(source(['ham', 'spam']))).toBe(renderReport(source(['ham', 'spam'])));
  });

  describe('of entities', () => {
    const text = `Ada met ${HOSTILE} in Paris`;
    const at = (name: string, label: string) => ({
      start: text.indexOf(name),
      end: text.indexOf(name) + name.length,
      label,
    });
    const entitySource = (): ReportSource => {
      const labels = ['PER', HOSTILE];
      const plain = source(labels);
      const withEntities = {
        ...metrics(labels),
        entities: { precision: interval, recall: interval, f1: interval },
      };
      const testRows = plain.testRows.map((row, index) => ({
        ...row,
        entities: [at('Ada', 'PER'), at('Paris', HOSTILE)],
        predictedEntities: index === 1 ? [at('Ada', 'PER'), at('Paris', HOSTILE)] : [at('Ada met', 'PER')],
      }));
      return {
        ...plain,
        evaluation: {
          ...plain.evaluation,
          test: withEntities,
          validation: withEntities,
          baselines: { majority: withEntities, dictionary: withEntities },
          slices: [
            { by: 'group', value: HOSTILE, rows: 20, accuracy: interval, macroF1: null, entityF1: interval },
          ],
        },
        testRows,
        texts: new Map(testRows.map(({ recordId }) => [recordId, text])),
      };
    };

    it('escapes everything, in marked texts too', () => {
      const report = renderReport(entitySource());
      expect(report).not.toContain('<img');
      expect(report).not.toContain('\u202e');
    });

    it('marks what was found, missed and wrongly found where it stands, one inside the other', () => {
      const report = renderReport(entitySource());
      expect(report).toContain('2 of 3 test texts have a mistake: 4 entities missed, 2 wrongly found');
      expect(report).toContain(
        '<small class="missed">missed PER</small><small class="spurious">wrong PER</small>' +
          '<mark class="spurious"><mark class="missed">Ada</mark></mark><mark class="spurious"> met</mark>',
      );
      expect(report).toContain('<mark class="missed">Paris</mark>');
      expect(report).not.toContain(sha256Hex('row 2'));
    });

    it('speaks of entities: their F1, their types, the dictionary', () => {
      const report = renderReport(entitySource());
      for (const words of [
        'The fine-tuned model and the dictionary baseline are level.',
        'dictionary of training entities, entity F1',
        'By type',
        'not found so',
        'texts without a mistake',
      ])
        expect(report).toContain(words);
      expect(report).not.toContain('TF-IDF');
    });

    it('shows a long text around its first mistake', () => {
      const long = entitySource();
      const before = 'x '.repeat(1000);
      const [row] = long.testRows;
      const moved = [at('Paris', 'PER')].map((entity) => ({
        ...entity,
        start: entity.start + before.length,
        end: entity.end + before.length,
      }));
      const report = renderReport({
        ...long,
        testRows: [{ ...row!, entities: moved, predictedEntities: [] }],
        texts: new Map([[row!.recordId, before + text + ' y'.repeat(1000)]]),
      });
      expect(report).toContain('<mark class="missed">Paris</mark>');
      expect(report.length).toBeLessThan(60_000);
    });
  });
});
