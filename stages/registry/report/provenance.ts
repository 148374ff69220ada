import type {
  DatasetVersion,
  Evaluation,
  SourceBatch,
  SplitDrift,
  TrainingRun,
} from '../../../contracts/index.js';
import { SPLITS } from '../../../contracts/index.js';
import { count, percent } from './format.js';
import { type Html, html } from './html.js';
import { table } from './tables.js';

const sum = (counts: Readonly<Record<string, number>>): number =>
  Object.values(counts).reduce((total, value) => total + value, 0);

const reasons = (title: string, counts: Readonly<Record<string, number>>, of: number): Html | false =>
  Object.keys(counts).length > 0 &&
  html`<h3>${title}</h3>${table(
    ['reason', 'rows', 'share'],
    Object.entries(counts)
      .sort(([nameA, a], [nameB, b]) => b - a || (nameA < nameB ? -1 : 1))
      .map(([reason, rows]) => [reason, count(rows), percent(of === 0 ? 0 : rows / of, 1)]),
  )}`;

/** How far a stability index is from where two samples count as alike, in words. */
const verdict = (index: number): string =>
  index < 0.1 ? 'alike' : index < 0.25 ? 'somewhat different' : 'different';

const driftTable = (drift: SplitDrift): Html =>
  table(
    ['compared with train', 'labels', 'lengths', 'words not in train'],
    (['validation', 'test'] as const).map((split) => [
      split,
      `${drift[split].labels.toFixed(3)} (${verdict(drift[split].labels)})`,
      `${drift[split].lengths.toFixed(3)} (${verdict(drift[split].lengths)})`,
      percent(drift[split].unseenWords, 1),
    ]),
  );

/** What was collected, what was dropped and why, and what went where. */
export const datasetSection = (dataset: DatasetVersion, batches: readonly SourceBatch[]): Html => {
  const collected = batches.reduce((total, batch) => total + batch.records, 0);
  const ofEntities = dataset.schema.some(({ name }) => name === 'entities');
  const quarantined: Record<string, number> = {};
  for (const batch of batches)
    for (const [reason, rows] of Object.entries(batch.quarantined))
      quarantined[reason] = (quarantined[reason] ?? 0) + rows;
  return html`<dl class="tiles">
<div><dt>collected</dt><dd>${count(collected)}</dd></div>
<div><dt>unreadable</dt><dd>${count(sum(quarantined))}</dd></div>
<div><dt>dropped</dt><dd>${count(sum(dataset.dropped))}</dd></div>
<div><dt>kept</dt><dd>${count(dataset.kept)}</dd></div>
<div><dt>near-duplicate clusters</dt><dd>${count(dataset.nearDuplicateClusters)}</dd></div>
</dl>
<h3>Splits</h3>
${table(
  ['split', ...dataset.labels, ofEntities ? 'texts' : 'all'],
  SPLITS.map((split) => [
    split,
    ...dataset.labels.map((label) => count(dataset.splits[split].labels[label] ?? 0)),
    count(dataset.splits[split].rows),
  ]),
)}
${dataset.drift !== undefined && driftTable(dataset.drift)}
<p class="muted">${ofEntities && 'Of each type the entities are counted. '}Near-duplicates never cross a split, so that no test row has a near-twin among the training rows.</p>
<div class="columns"><div>${reasons('Dropped, and why', dataset.dropped, dataset.read)}</div>
<div>${reasons('Changed by cleaning', dataset.changed, dataset.read)}</div>
<div>${reasons('Unreadable', quarantined, collected)}</div></div>`;
};

export interface LineageIds {
  readonly evaluation: Omit<Evaluation, 'report'>;
  readonly run: TrainingRun;
  readonly dataset: DatasetVersion;
}

export const lineageSection = ({ evaluation, run, dataset }: LineageIds): Html => {
  const rows: [string, string][] = [
    ['training run', evaluation.trainingRun],
    ...evaluation.learningCurveRuns.map((id): [string, string] => ['training run of fewer rows', id]),
    ...(run.previous === null ? [] : [['training run gone on from', run.previous] as [string, string]]),
    ...(run.adaptation === null ? [] : [['adapted base model', run.adaptation] as [string, string]]),
    ['dataset', evaluation.dataset],
    ...dataset.batches.map((id): [string, string] => ['source batch', id]),
    ...Object.entries(run.base.weights).map(([file, { sha256 }]): [string, string] => [
      `${file} of ${run.base.reference}`,
      sha256,
    ]),
    ['trained weights', run.weights.sha256],
    ['code version', evaluation.codeVersion],
  ];
  return table(
    ['artifact', 'id'],
    rows.map(([name, id]) => [name, html`<code>${id}</code>`]),
    'ids',
  );
};

/** Every setting by its name in the pipeline file. */
const settings = (value: unknown, path: string): [string, string][] =>
  typeof value === 'object' && value !== null && !Array.isArray(value)
    ? Object.entries(value).flatMap(([key, member]) => settings(member, path === '' ? key : `${path}.${key}`))
    : [[path, JSON.stringify(value)]];

export const recipeSection = ({ evaluation, run, dataset }: LineageIds): Html =>
  table(
    ['setting', 'value'],
    settings({ dataset: dataset.recipe, training: run.recipe, evaluation: evaluation.recipe }, '').map(
      ([path, value]) => [html`<code>${path}</code>`, html`<code>${value}</code>`],
    ),
    'settings',
  );
