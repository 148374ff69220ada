import type { LearningCurvePoint, TrainingRun } from '../../../contracts/index.js';
import { lineChart } from './chart.js';
import { count, figure, percent } from './format.js';
import type { Html } from './html.js';
import type { Wording } from './wording.js';

export const MODEL = 'fine-tuned model';

/** Training and validation loss by step. */
export const lossChart = (run: TrainingRun): Html => {
  const last = run.validation.at(-1);
  return lineChart({
    id: 'loss',
    title: 'Loss by training step',
    description: `Mean training loss over stretches of steps, and validation loss${
      last === undefined ? '' : `, which ends at ${figure(last.loss)}`
    }.`,
    xLabel: 'step',
    yLabel: 'cross-entropy',
    yLimits: [0, Number.POSITIVE_INFINITY],
    series: [
      {
        name: 'training',
        tone: 'muted',
        points: run.lossCurve.map(({ step, loss }) => ({ x: step, y: loss })),
      },
      {
        name: 'validation',
        tone: 'model',
        dots: true,
        points: run.validation.map(({ step, loss }) => ({ x: step, y: loss })),
      },
    ],
    mark: { x: run.bestStep, caption: 'weights kept' },
  });
};

/** The deciding figure on the validation split by step. */
export const validationChart = (run: TrainingRun, { metric }: Wording): Html =>
  lineChart({
    id: 'validation',
    title: `Validation ${metric} by training step`,
    description: `The weights of step ${count(run.bestStep)} were kept.`,
    xLabel: 'step',
    yLabel: metric,
    yLimits: [0, 1],
    series: [
      {
        name: `validation ${metric}`,
        tone: 'model',
        dots: true,
        points: run.validation.map(({ step, score }) => ({ x: step, y: score })),
      },
    ],
    mark: { x: run.bestStep, caption: 'weights kept' },
  });

/** The deciding figure of model and baseline on the test split by number of training rows, with intervals. */
export const learningCurveChart = (
  points: readonly LearningCurvePoint[],
  confidence: number,
  { metric, baseline: baselineName }: Wording,
): Html =>
  lineChart({
    id: 'curve',
    title: `Test ${metric} by number of training rows`,
    description: points
      .map(
        ({ rows, model, baseline }) =>
          `${count(rows)} rows: model ${figure(model.value)}, baseline ${figure(baseline.value)}`,
      )
      .join('; '),
    xLabel: 'training rows (logarithmic)',
    yLabel: `${metric}, ${percent(confidence)} interval`,
    logX: true,
    yLimits: [0, 1],
    series: (['model', 'baseline'] as const).map((tone) => ({
      name: tone === 'model' ? MODEL : baselineName,
      tone,
      dots: true,
      dashed: tone === 'baseline',
      points: points.map((point) => ({
        x: point.rows,
        y: point[tone].value,
        low: point[tone].low,
        high: point[tone].high,
      })),
    })),
  });
