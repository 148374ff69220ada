import {
  type DatasetRow,
  type Interval,
  type LearningCurvePoint,
  TASK_RULES,
  type TrainingRun,
} from '../../contracts/index.js';
import { firstRowsByHash } from '../subset.js';
import { predictByDictionary } from './dictionary/baseline.js';
import { type BootstrapOptions, bootstrapTally, pairedDifference } from './metrics/bootstrap.js';
import { FIGURES } from './metrics/figures.js';
import { indexLabels, type Judgement, judgeEntities, judgeRows } from './metrics/judged.js';
import type { Tally } from './metrics/tally.js';
import { predictRows } from './predictRows.js';
import type { PredictContext } from './rowPrediction.js';
import { predictTfidfLinear } from './tfidf/baseline.js';

export interface CurveData {
  readonly labels: readonly string[];
  readonly train: readonly DatasetRow[];
  readonly test: readonly DatasetRow[];
}

/** The rows a training run used: the baseline learns from exactly the same. */
export const rowsOfRun = (run: TrainingRun, train: readonly DatasetRow[]): DatasetRow[] =>
  firstRowsByHash(train, run.rows, run.recipe.seed);

export interface CurveOptions extends BootstrapOptions {
  figureOf(tally: Tally): number;
}

/** What the learning curve of a run's task shows. */
export const curveFigureOf = ({ recipe }: TrainingRun): CurveOptions['figureOf'] =>
  FIGURES[TASK_RULES[recipe.task].metrics[0]].of;

/** What learns from a run's rows beside the model, judged on the test split. @throws CANCELLED */
export const judgeBaseline = async (
  ctx: PredictContext,
  run: TrainingRun,
  data: CurveData,
): Promise<Judgement> => {
  const { labels, train, test } = data;
  const rows = rowsOfRun(run, train);
  if (TASK_RULES[run.recipe.task].head === 'token-classification') {
    const known = rows.map(({ text, entities = [] }) => ({ text, entities }));
    const texts = test.map((row) => row.text);
    const found = await predictByDictionary(ctx, known, texts);
    return judgeEntities(
      labels,
      test.map(({ entities = [] }, index) => ({ truth: entities, found: found[index]! })),
    );
  }
  const predicted = await predictTfidfLinear(
    ctx,
    {
      texts: rows.map((row) => row.text),
      classes: indexLabels(
        labels,
        rows.map((row) => row.label),
      ),
    },
    labels.length,
    test.map((row) => row.text),
  );
  const truth = indexLabels(
    labels,
    test.map((row) => row.label),
  );
  return { labels, truth, predicted };
};

/** A winner is named only when the paired interval of the difference leaves out zero. */
export const winnerOf = ({ low, high }: Interval): LearningCurvePoint['winner'] =>
  low > 0 ? 'model' : high < 0 ? 'baseline' : 'tie';

/** One point: the model and the baseline of the same training rows on the same test rows. @throws CANCELLED */
export const curvePoint = async (
  ctx: PredictContext,
  rows: number,
  model: Judgement,
  baseline: Judgement,
  options: CurveOptions,
): Promise<LearningCurvePoint> => {
  const { figureOf } = options;
  const figure = async (judged: Judgement) =>
    (await bootstrapTally(ctx, judged, (tally) => [figureOf(tally)], options))[0]!;
  return {
    rows,
    model: await figure(model),
    baseline: await figure(baseline),
    winner: winnerOf(await pairedDifference(ctx, model, baseline, figureOf, options)),
  };
};

/** The point of a run of fewer rows. @throws CANCELLED, and what loading its model throws */
export const curvePointOfRun = async (
  ctx: PredictContext,
  run: TrainingRun,
  data: CurveData,
  options: CurveOptions,
): Promise<LearningCurvePoint> => {
  const predictions = await predictRows(ctx, run, data.test);
  const model = judgeRows(
    data.labels,
    predictions.map(({ row, ...said }) => ({ ...row, ...said })),
  );
  return curvePoint(ctx, run.rows, model, await judgeBaseline(ctx, run, data), options);
};
