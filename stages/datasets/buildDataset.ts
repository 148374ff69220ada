import type { z } from 'zod';
import {
  type BuildDatasetInput,
  type BuildDatasetOutput,
  countedLabels,
  type DatasetRow,
  type DatasetVersion,
  type Pipeline,
  plumblineError,
  SPLITS,
} from '../../contracts/index.js';
import { digestOf } from '../digest.js';
import { createPace } from '../pace.js';
import { runStep } from '../step.js';
import { tally } from '../tally.js';
import { gatherCandidates } from './candidates.js';
import { type CleanRow, cleanRecords, countedReason, type Decision } from './clean.js';
import { testFileDigests } from './decontamination/testTexts.js';
import { columnsOf, toParquet } from './parquet.js';
import type { DatasetsContext } from './ports.js';
import { ruleVersions } from './rules/index.js';
import { splitRows } from './split.js';
import { splitDrift } from './splitDrift.js';

const ROWS_A_INSERT = 2000;

const countSplits = (rows: readonly DatasetRow[]): DatasetVersion['splits'] => {
  const count = (split: DatasetRow['split']) => {
    const members = rows.filter((row) => row.split === split);
    return {
      rows: members.length,
      labels: tally(members.flatMap((row) => countedLabels(row))),
      groups: tally(members.map(({ group }) => group)),
    };
  };
  return { train: count('train'), validation: count('validation'), test: count('test') };
};

/** @throws DATASET_INVALID when a split lacks a label: nothing could be learnt or measured of it. */
const assertLabelled = (splits: DatasetVersion['splits'], labels: readonly string[]): void => {
  const missing = SPLITS.flatMap((split) =>
    labels
      .filter((label) => splits[split].labels[label] === undefined)
      .map((label) => `${label} in ${split}`),
  );
  if (missing.length > 0)
    throw plumblineError('DATASET_INVALID', `no row is left of ${missing.join(', ')}`, {
      details: { missing, rows: SPLITS.map((split) => `${split}: ${splits[split].rows}`) },
    });
};

const insertAll = async (
  ctx: DatasetsContext,
  datasetId: string,
  rows: readonly DatasetRow[],
  decisions: readonly Decision[],
): Promise<void> => {
  const total = rows.length + decisions.length;
  const pace = createPace(ctx, { activity: 'writing the dataset', unit: 'rows', total });
  for (let start = 0; start < rows.length; start += ROWS_A_INSERT) {
    await pace.tick(start);
    await ctx.datasets.insertRows(datasetId, rows.slice(start, start + ROWS_A_INSERT));
  }
  for (let start = 0; start < decisions.length; start += ROWS_A_INSERT) {
    await pace.tick(rows.length + start);
    const chunk = decisions.slice(start, start + ROWS_A_INSERT);
    await ctx.datasets.insertDecisions(chunk.map((decision) => ({ datasetId, ...decision })));
  }
  pace.finish(total);
};

const makeDataset = async (
  ctx: DatasetsContext,
  pipeline: Pipeline,
  batches: readonly string[],
): Promise<DatasetVersion> => {
  const { cleaning, split } = pipeline.dataset;
  const { read, candidates, decisions: doubles } = await gatherCandidates(ctx, pipeline, batches);
  const cleaned = await cleanRecords(ctx, candidates, cleaning);
  const splitOf = splitRows(cleaned.rows, split);
  const rows = cleaned.rows.map((row: CleanRow, index): DatasetRow => ({ ...row, split: splitOf[index]! }));
  const splits = countSplits(rows);
  assertLabelled(splits, pipeline.labels);
  const decisions = [...doubles, ...cleaned.decisions];
  const ofAction = (action: Decision['action']) => decisions.filter((decision) => decision.action === action);
  const columns = columnsOf(pipeline.training.task);
  const packing = createPace(ctx, { activity: 'packing the dataset', unit: 'rows', total: rows.length });
  const dataset: DatasetVersion = {
    kind: 'DatasetVersion',
    pipeline: pipeline.name,
    batches: [...batches],
    recipe: pipeline.dataset,
    codeVersion: ctx.codeVersion,
    labels: pipeline.labels,
    schema: columns.map((column) => ({ ...column })),
    read,
    kept: rows.length,
    dropped: tally(ofAction('dropped').map(countedReason)),
    changed: tally(ofAction('changed').map(({ rule }) => rule)),
    nearDuplicateClusters: cleaned.nearDuplicateClusters,
    splits,
    drift: splitDrift(rows),
    rows: await ctx.blobs.put(await toParquet(rows, columns, packing)),
  };
  // Rows go before the manifest: whoever sees the dataset sees all of it.
  await insertAll(ctx, digestOf(dataset), rows, decisions);
  return dataset;
};

/**
 * Builds a dataset version from source batches: cleans, drops duplicates, splits by near-duplicate cluster,
 * and writes rows, reasons and a Parquet file before the manifest that names them. The same batches, recipe,
 * rules and code give the same dataset.
 * @throws DATASET_INVALID, OBJECT_NOT_FOUND, OBJECT_CORRUPT, CLICKHOUSE_UNREACHABLE, ATTEMPT_FENCED, CANCELLED,
 * SOURCE_UNREADABLE for test texts, SECRET_UNRESOLVED for the key of pseudonyms
 */
export const buildDataset = async ({
  ctx,
  input,
}: {
  ctx: DatasetsContext;
  input: z.infer<typeof BuildDatasetInput>;
}): Promise<z.infer<typeof BuildDatasetOutput>> => {
  const { pipeline } = input;
  const batches = [...new Set(input.batches)].sort();
  const spanFields = pipeline.sources
    .filter(({ label: { from } }) => from === 'entities' || from === 'relation')
    .map(({ name, label }) => [name, label]);
  const testFiles = await testFileDigests(pipeline.dataset.cleaning);
  const step = await runStep({
    ctx,
    kind: 'DatasetVersion',
    key: digestOf({
      step: 'buildDataset',
      pipeline: pipeline.name,
      batches,
      recipe: pipeline.dataset,
      labels: pipeline.labels,
      textFields: pipeline.sources.map(({ name, textFields }) => [name, textFields]),
      ...(spanFields.length > 0 && { spanFields }),
      rules: ruleVersions(pipeline.dataset.cleaning),
      ...(testFiles.length > 0 && { testFiles }),
      codeVersion: ctx.codeVersion,
    }),
    make: () => makeDataset(ctx, pipeline, batches),
  });
  const { read, kept, dropped, changed, splits } = step.artifact;
  ctx.log.info({ datasetId: step.id, read, kept, dropped, changed, reused: step.reused }, 'dataset built');
  return {
    datasetId: step.id,
    read,
    kept,
    dropped,
    changed,
    splits: { train: splits.train.rows, validation: splits.validation.rows, test: splits.test.rows },
    reused: step.reused,
  };
};
