import type { DatasetRow, Interval, LearningCurvePoint, TrainingRun } from '../../contracts/index.js';
import { firstRowsByHash } from '../subset.js';
import { type BootstrapOptions, bootstrapTally, macroF1Difference } from './metrics/bootstrap.js';
import { indexLabels, type Judged } from './metrics/judged.js';
import { macroF1Of } from './metrics/tally.js';
import { type PredictContext, predictRows } from './predictRows.js';
import { predictTfidfLinear } from './tfidf/baseline.js';

export interface CurveData {
  readonly labels: readonly string[];
  readonly train: readonly DatasetRow[];
  readonly test: readonly DatasetRow[];
}

/** The rows a training run used: the baseline learns from exactly the same. */
export const rowsOfRun = (run: TrainingRun, train: readonly DatasetRow[]): DatasetRow[] =>
  firstRowsByHash(train, run.rows, run.recipe.seed);

/** The TF-IDF baseline trained on a run's rows and judged on the test split. @throws CANCELLED */
export const judgeBaseline = async (
  ctx: PredictContext,
  run: TrainingRun,
  { labels, train, test }: CurveData,
): Promise<Judged> => {
  const rows = rowsOfRun(run, train);
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
  model: Judged,
  baseline: Judged,
  options: BootstrapOptions,
): Promise<LearningCurvePoint> => {
  const macroF1 = async (judged: Judged) =>
    (await bootstrapTally(ctx, judged, (tally) => [macroF1Of(tally)], options))[0]!;
  return {
    rows,
    model: await macroF1(model),
    baseline: await macroF1(baseline),
    winner: winnerOf(await macroF1Difference(ctx, model, baseline, options)),
  };
};

/** The point of a run of fewer rows. @throws CANCELLED, and what loading its model throws */
export const curvePointOfRun = async (
  ctx: PredictContext,
  run: TrainingRun,
  data: CurveData,
  options: BootstrapOptions,
): Promise<LearningCurvePoint> => {
  const predictions = await predictRows(ctx, run, data.test);
  const baseline = await judgeBaseline(ctx, run, data);
  const predicted = indexLabels(
    data.labels,
    predictions.map((prediction) => prediction.predicted),
  );
  return curvePoint(ctx, run.rows, { ...baseline, predicted }, baseline, options);
};
