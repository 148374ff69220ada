import {
  type Baselines,
  type DatasetRow,
  type Evaluation,
  type EvaluationRow,
  metricSummaryOf,
  type Pipeline,
  plumblineError,
  TASK_RULES,
  type TrainingRun,
} from '../../contracts/index.js';
import { readChains } from '../chain.js';
import { digestOf } from '../digest.js';
import { runStep } from '../step.js';
import {
  type CurveData,
  curveFigureOf,
  curvePoint,
  curvePointOfRun,
  judgeBaseline,
  rowsOfRun,
} from './learningCurve.js';
import { classificationMetrics } from './metrics/classificationMetrics.js';
import { indexLabels, type Judgement, judgeEntities, judgeRows } from './metrics/judged.js';
import { slicesOf } from './metrics/slices.js';
import type { RegistryContext } from './ports.js';
import { predictRows } from './predictRows.js';
import { renderReport } from './renderReport.js';
import { predictMajority } from './tfidf/baseline.js';

export interface EvaluateModelInput {
  readonly pipeline: Pipeline;
  readonly trainingRunId: string;
  readonly datasetId: string;
  /** Training runs of the same dataset on fewer rows: the points of the learning curve. */
  readonly learningCurveRuns: readonly string[];
}

/**
 * Measures a trained model on validation and test splits against baselines of the same rows, keeps what it said
 * of every row, and renders the report.
 * @throws REQUEST_INVALID when a run was trained on another dataset; DATASET_INVALID when a split is empty;
 *   CANCELLED; and what the ports and the neural core throw
 */
export const evaluateModel = async ({ ctx, input }: { ctx: RegistryContext; input: EvaluateModelInput }) => {
  const { pipeline, trainingRunId, datasetId } = input;
  const recipe = pipeline.evaluation;
  const learningCurveRuns = [...new Set(input.learningCurveRuns)].filter((id) => id !== trainingRunId).sort();
  const { codeVersion } = ctx;
  const key = digestOf({
    step: 'evaluateModel',
    trainingRunId,
    datasetId,
    learningCurveRuns,
    recipe,
    codeVersion,
    pipeline: pipeline.name,
  });
  const { id, artifact, reused } = await runStep({
    ctx,
    kind: 'Evaluation',
    key,
    make: () => measure(ctx, { ...input, learningCurveRuns }),
  });
  return {
    evaluationId: id,
    test: metricSummaryOf(artifact.test),
    baselines: summariesOf(artifact.baselines),
    reused,
  };
};

const summariesOf = ({ majority, tfidfLinear, dictionary }: Baselines) => ({
  majority: metricSummaryOf(majority),
  ...(tfidfLinear !== undefined && { tfidfLinear: metricSummaryOf(tfidfLinear) }),
  ...(dictionary !== undefined && { dictionary: metricSummaryOf(dictionary) }),
});

const measure = async (ctx: RegistryContext, input: EvaluateModelInput): Promise<Evaluation> => {
  const { pipeline, trainingRunId, datasetId, learningCurveRuns } = input;
  const recipe = pipeline.evaluation;
  const run = await ctx.artifacts.get('TrainingRun', trainingRunId);
  const curveRuns = await Promise.all(learningCurveRuns.map((id) => ctx.artifacts.get('TrainingRun', id)));
  for (const each of [run, ...curveRuns]) requireDataset(each, datasetId, run);
  const dataset = await ctx.artifacts.get('DatasetVersion', datasetId);
  const batches = (await readChains(ctx.artifacts, dataset.batches)).map(({ batch }) => batch);
  const data = splitsOf(await ctx.datasets.readRows(datasetId), run);
  const options = { resamples: recipe.bootstrapResamples, confidence: recipe.confidence, seed: recipe.seed };

  const rows = await predictSplits(ctx, trainingRunId, run, [...data.validation, ...data.test]);
  const validationRows = rows.filter((row) => row.split === 'validation');
  const testRows = rows.filter((row) => row.split === 'test');
  const model = judgeRows(data.labels, testRows);
  const curve = { ...options, figureOf: curveFigureOf(run) };
  const baseline = await judgeBaseline(ctx, run, data);
  const points = [await curvePoint(ctx, run.rows, model, baseline, curve)];
  for (const curveRun of curveRuns) {
    tell(ctx, `measuring the model of ${curveRun.rows} rows`, data.test.length);
    points.push(await curvePointOfRun(ctx, curveRun, data, curve));
  }

  const ofEntities = !('truth' in model);
  const metrics = (judged: Judgement) => classificationMetrics(ctx, judged, options);
  const evaluation = {
    kind: 'Evaluation' as const,
    pipeline: pipeline.name,
    dataset: datasetId,
    trainingRun: trainingRunId,
    recipe,
    codeVersion: ctx.codeVersion,
    test: await metrics(model),
    validation: await metrics(judgeRows(data.labels, validationRows)),
    baselines: {
      majority: await metrics(judgeMajority(run, data)),
      [ofEntities ? 'dictionary' : 'tfidfLinear']: await metrics(baseline),
    },
    slices: await slicesOf(ctx, testRows, {
      ...options,
      labels: data.labels,
      lengthEdges: recipe.lengthSlices,
      maxLength: run.recipe.maxLength,
      // Only a label is read from the beginning of a text; entities are found in all of it.
      cutAtLimit: !ofEntities,
      sliceRowsMin: recipe.sliceRowsMin,
    }),
    learningCurve: points.sort((a, b) => a.rows - b.rows),
    learningCurveRuns: [...learningCurveRuns],
  };
  const texts = new Map(data.test.map((row) => [row.recordId, row.text]));
  const report = renderReport({ evaluation, run, dataset, batches, testRows, texts });
  return { ...evaluation, report: await ctx.blobs.put(new TextEncoder().encode(report)) };
};

/** Predicts the rows and keeps what the model says of each. */
const predictSplits = async (
  ctx: RegistryContext,
  trainingRunId: string,
  run: TrainingRun,
  rows: readonly DatasetRow[],
): Promise<EvaluationRow[]> => {
  tell(ctx, 'predicting the validation and test splits', rows.length);
  const predictions = await predictRows(ctx, run, rows);
  const evaluationRows = predictions.map(
    ({ row: { recordId, label, group, split, entities }, ...said }): EvaluationRow => ({
      trainingRunId,
      split,
      recordId,
      label,
      group,
      ...said,
      ...(entities !== undefined && { entities }),
    }),
  );
  await ctx.evaluations.insert(evaluationRows);
  return evaluationRows;
};

const requireDataset = (run: TrainingRun, datasetId: string, full: TrainingRun): void => {
  if (run.dataset !== datasetId)
    throw plumblineError(
      'REQUEST_INVALID',
      `A training run of dataset ${run.dataset} was given for ${datasetId}.`,
    );
  if (run.labels.join('\n') !== full.labels.join('\n'))
    throw plumblineError(
      'REQUEST_INVALID',
      'The runs of the learning curve have other labels than the model.',
    );
};

/** @throws DATASET_INVALID when a split has no rows */
const splitsOf = (rows: readonly DatasetRow[], { labels }: TrainingRun) => {
  const of = (split: DatasetRow['split']) => {
    const found = rows.filter((row) => row.split === split);
    if (found.length === 0)
      throw plumblineError('DATASET_INVALID', `The ${split} split of the dataset has no rows.`);
    return found;
  };
  return { labels, train: of('train'), validation: of('validation'), test: of('test') };
};

/** The most frequent label of the training rows; of words most are in no entity. */
const judgeMajority = (run: TrainingRun, { labels, train, test }: CurveData): Judgement => {
  if (TASK_RULES[run.recipe.task].head === 'token-classification')
    return judgeEntities(
      labels,
      test.map(({ entities = [] }) => ({ truth: entities, found: [] })),
    );
  const indices = (rows: readonly DatasetRow[]) =>
    indexLabels(
      labels,
      rows.map((row) => row.label),
    );
  const truth = indices(test);
  const predicted = predictMajority(indices(rowsOfRun(run, train)), labels.length, truth.length);
  return { labels, truth, predicted };
};

const tell = (ctx: RegistryContext, activity: string, rows: number): void =>
  ctx.progress({ activity, done: 0, total: rows, unit: 'rows', secondsLeft: null, figures: {} });
