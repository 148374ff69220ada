import type { z } from 'zod';
import {
  type EvaluationRow,
  type HealthReport,
  type ModelVersion,
  type MonitorDeploymentInput,
  type MonitorDeploymentOutput,
  modelNameOf,
  type PredictionRow,
  plumblineError,
  TASK_RULES,
} from '../../contracts/index.js';
import { digestOf, sha256Hex } from '../digest.js';
import { createPace } from '../pace.js';
import { runStep } from '../step.js';
import type { MonitoringContext } from './ports.js';
import { twoSampleTest } from './twoSampleTest.js';
import { viewsOf } from './views.js';

export type WindowComparison = Omit<z.infer<typeof MonitorDeploymentOutput>, 'retrain'>;

type Report = HealthReport & { readonly id: string };

/** The same rows for every window: the first by the hash of their id. */
const referenceOf = (rows: readonly EvaluationRow[], rowsMax: number): readonly EvaluationRow[] =>
  rows
    .map((row) => ({ row, hash: sha256Hex(row.recordId) }))
    .sort((a, b) => (a.hash < b.hash ? -1 : a.hash > b.hash ? 1 : 0))
    .slice(0, rowsMax)
    .map(({ row }) => row);

/** Of entities, the share of texts with one of the label. */
const labelShares = (
  { labels, task = 'sequence-classification' }: Pick<ModelVersion, 'labels' | 'task'>,
  window: readonly PredictionRow[],
  reference: readonly EvaluationRow[],
): HealthReport['labelShares'] => {
  const several = TASK_RULES[task].labelledBy.includes('entities');
  const has = (predicted: string, label: string) =>
    several ? predicted.split(' ').includes(label) : predicted === label;
  const share = (rows: readonly { readonly predicted: string }[], label: string) =>
    rows.filter(({ predicted }) => has(predicted, label)).length / rows.length;
  return Object.fromEntries(
    labels.map((label) => [label, { window: share(window, label), reference: share(reference, label) }]),
  );
};

/** Alarms before this one: a confirmed drift has been acted on, so that counting starts again. */
const alarmsBefore = (previous: Report | null): number =>
  previous === null || previous.confirmed ? 0 : previous.alarmsInARow;

const compare = async (
  ctx: MonitoringContext,
  subject: {
    readonly pipeline: z.infer<typeof MonitorDeploymentInput>['pipeline'];
    readonly version: ModelVersion;
    readonly modelVersionId: string;
    readonly window: readonly PredictionRow[];
    readonly windowEnd: string;
    readonly previous: Report | null;
  },
): Promise<HealthReport> => {
  const { pipeline, version, modelVersionId, window, windowEnd, previous } = subject;
  const { referenceRowsMax, permutations, falseAlarmRate, confirmWindows } = pipeline.monitoring;
  const validation = await ctx.references.read(version.trainingRun, 'validation');
  const reference = referenceOf(validation, referenceRowsMax);
  if (reference.length < 2)
    throw plumblineError(
      'OBJECT_NOT_FOUND',
      `the training run of model ${version.model} has ${reference.length} validation rows to compare with; evaluate it again`,
      { details: { trainingRun: version.trainingRun } },
    );
  const { statistic, threshold, pValue } = await twoSampleTest({
    views: viewsOf([...window, ...reference]),
    windowRows: window.length,
    referenceRows: reference.length,
    permutations,
    falseAlarmRate,
    seed: Number.parseInt(digestOf({ modelVersionId, windowEnd }).slice(0, 8), 16),
    pace: createPace(ctx, {
      activity: 'comparing served predictions with the reference',
      unit: 'permutations',
      total: permutations,
    }),
  });
  const alarm = pValue <= falseAlarmRate;
  const alarmsInARow = alarm ? alarmsBefore(previous) + 1 : 0;
  return {
    kind: 'HealthReport',
    model: version.model,
    alias: pipeline.promotion.alias,
    modelVersion: modelVersionId,
    at: ctx.now,
    outcome: alarm ? 'alarm' : 'healthy',
    alarmsInARow,
    confirmed: alarmsInARow >= confirmWindows,
    windowRows: window.length,
    referenceRows: reference.length,
    windowEnd,
    statistic,
    threshold,
    pValue,
    labelShares: labelShares(version, window, reference),
  };
};

const resultOf = (id: string, { outcome, pValue, confirmed }: HealthReport): WindowComparison => ({
  healthReportId: id,
  outcome,
  pValue,
  confirmed,
});

/**
 * Compares the next window of served predictions with the validation rows of the model's training run. Windows
 * follow one another and never overlap; too few new predictions leave them for the next time. A drift is
 * confirmed when as many windows in a row alarm as the pipeline asks for.
 * @throws CLICKHOUSE_UNREACHABLE, CATALOG_UNAVAILABLE, OBJECT_NOT_FOUND, SHAPE_MISMATCH, ATTEMPT_FENCED, CANCELLED
 */
export const compareWindow = async ({
  ctx,
  input: { pipeline },
}: {
  ctx: MonitoringContext;
  input: z.infer<typeof MonitorDeploymentInput>;
}): Promise<WindowComparison> => {
  const { alias } = pipeline.promotion;
  const deployed = await ctx.aliases.alias(modelNameOf(pipeline), alias);
  if (deployed === null)
    return { healthReportId: null, outcome: 'not-deployed', pValue: null, confirmed: false };
  const { modelVersionId } = deployed;
  const previous = await ctx.reports.latest(modelVersionId);
  // An earlier attempt of this very run came as far as this report.
  if (previous?.at === ctx.now) return resultOf(previous.id, previous);

  const { windowRows } = pipeline.monitoring;
  const window = await ctx.predictions.readAfter(modelVersionId, previous?.windowEnd ?? null, windowRows);
  const windowEnd = window.at(-1)?.at;
  if (windowEnd === undefined || window.length < windowRows) {
    ctx.log.info({ modelVersionId, rows: window.length, windowRows }, 'too few new predictions to compare');
    return { healthReportId: null, outcome: 'insufficient', pValue: null, confirmed: false };
  }
  const version = await ctx.artifacts.get('ModelVersion', modelVersionId);
  const { id, artifact } = await runStep({
    ctx,
    kind: 'HealthReport',
    key: digestOf({ step: 'compareWindow', modelVersionId, alias, windowEnd }),
    make: () => compare(ctx, { pipeline, version, modelVersionId, window, windowEnd, previous }),
  });
  await ctx.reports.insert(id, artifact);
  return resultOf(id, artifact);
};
