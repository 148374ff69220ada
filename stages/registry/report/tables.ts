import {
  type ClassificationMetrics,
  type Evaluation,
  type Interval,
  learntBaselineOf,
  type Slice,
} from '../../../contracts/index.js';
import { MODEL } from './charts.js';
import { count, figure, percent, range } from './format.js';
import { type Html, html, type Insert } from './html.js';
import { wordingOf } from './wording.js';

/** A matrix with more classes than this is not readable; the largest confusions are listed instead. */
const CLASSES_MAX = 15;
const CONFUSIONS_SHOWN = 20;

export const table = (head: readonly Insert[], rows: readonly (readonly Insert[])[], className = ''): Html =>
  html`<div class="scroll"><table class="${className}"><thead><tr>${head.map((cell) => html`<th scope="col">${cell}</th>`)}</tr></thead>
<tbody>${rows.map(
    ([first = '', ...rest]) =>
      html`<tr><th scope="row">${first}</th>${rest.map((cell) => html`<td>${cell}</td>`)}</tr>`,
  )}</tbody></table></div>`;

export const withInterval = (interval: Interval): Html =>
  html`<b>${figure(interval.value)}</b> <span class="muted">${range(interval)}</span>`;

export const metricsTable = ({
  test,
  validation,
  baselines,
}: Evaluation | Omit<Evaluation, 'report'>): Html => {
  const { accuracy: accuracyName, majority } = wordingOf(test);
  const row = (name: string, split: string, { macroF1, accuracy, entities, rows }: ClassificationMetrics) => [
    name,
    split,
    ...(entities === undefined ? [] : [entities.f1, entities.precision, entities.recall].map(withInterval)),
    withInterval(macroF1),
    withInterval(accuracy),
    count(rows),
  ];
  const learnt = learntBaselineOf(baselines);
  const ofEntities = test.entities === undefined ? [] : ['entity F1', 'precision', 'recall'];
  return table(
    ['', 'split', ...ofEntities, 'macro-F1', accuracyName, 'rows'],
    [
      row(MODEL, 'test', test),
      row(learnt.name, 'test', learnt.metrics),
      row(majority, 'test', baselines.majority),
      row(MODEL, 'validation', validation),
    ],
  );
};

export const classTable = (model: ClassificationMetrics, baseline: ClassificationMetrics): Html => {
  const { label: labelName, counted, baselineNoun } = wordingOf(model);
  return table(
    [labelName, 'precision', 'recall', 'F1', `F1 of the ${baselineNoun}`, counted],
    model.classes.map(({ label, precision, recall, f1, support }, index) => [
      label,
      withInterval(precision),
      withInterval(recall),
      withInterval(f1),
      withInterval(baseline.classes[index]!.f1),
      count(support),
    ]),
  );
};

/**
 * Rows are true labels, columns predicted ones; shading is the share of the row. Of entities only those found with the very
 * same ends have a predicted label; the last column counts the others.
 */
export const confusionTable = (metrics: ClassificationMetrics): Html => {
  const { classes } = metrics;
  const labels = classes.map(({ label }) => label);
  const ofEntities = metrics.entities !== undefined;
  const sum = (cells: readonly number[]) => cells.reduce((total, cell) => total + cell, 0);
  const confusion = ofEntities
    ? metrics.confusion.map((cells, index) => [...cells, classes[index]!.support - sum(cells)])
    : metrics.confusion;
  const columns = ofEntities ? [...labels, 'not found so'] : labels;
  if (labels.length > CLASSES_MAX) return largestConfusions(confusion, labels, columns);
  return html`<div class="scroll"><table class="confusion"><caption>Rows: true label. Columns: predicted label.</caption>
<thead><tr><td></td>${columns.map((label) => html`<th scope="col">${label}</th>`)}</tr></thead>
<tbody>${confusion.map((cells, truth) => {
    const support = sum(cells);
    return html`<tr><th scope="row">${labels[truth]!}</th>${cells.map((cell, predicted) => {
      const share = support === 0 ? 0 : cell / support;
      const tone = truth === predicted ? 'right' : 'wrong';
      return html`<td class="${tone}${share > 0.5 ? ' full' : ''}" style="--share:${Math.round(share * 100)}%"><b>${count(cell)}</b><br><span>${percent(share, 1)}</span></td>`;
    })}</tr>`;
  })}</tbody></table></div>`;
};

const largestConfusions = (
  confusion: readonly (readonly number[])[],
  labels: readonly string[],
  columns: readonly string[],
): Html => {
  const mistaken = confusion
    .flatMap((cells, truth) =>
      cells.map((rows, predicted) => ({ rows, truth, predicted })).filter(({ rows }) => rows > 0),
    )
    .filter(({ truth, predicted }) => truth !== predicted)
    .sort((a, b) => b.rows - a.rows || a.truth - b.truth || a.predicted - b.predicted);
  return html`<p>${labels.length} labels are too many for a matrix; the most frequent confusions:</p>
${table(
  ['true label', 'predicted label', 'rows'],
  mistaken
    .slice(0, CONFUSIONS_SHOWN)
    .map(({ rows, truth, predicted }) => [labels[truth]!, columns[predicted]!, count(rows)]),
)}`;
};

export const sliceTable = (
  slices: readonly Slice[],
  by: Slice['by'],
  { test, recipe }: Pick<Evaluation, 'test' | 'recipe'>,
): Html => {
  const ofEntities = test.entities !== undefined;
  const absent = (accuracy: Interval | null, why: string) =>
    html`<span class="muted">${accuracy === null ? '–' : why}</span>`;
  return table(
    [
      by === 'group' ? 'source group' : 'length',
      wordingOf(test).accuracy,
      ...(ofEntities ? ['entity F1'] : []),
      'macro-F1',
      'test rows',
    ],
    slices
      .filter((slice) => slice.by === by)
      .map(({ value, accuracy, macroF1, entityF1, rows }) => [
        value,
        accuracy === null
          ? html`<span class="muted">too small to judge (below ${recipe.sliceRowsMin} rows)</span>`
          : withInterval(accuracy),
        ...(ofEntities ? [entityF1 ? withInterval(entityF1) : absent(accuracy, 'no entity')] : []),
        macroF1 === null
          ? absent(accuracy, ofEntities ? 'one type only' : 'one label only')
          : withInterval(macroF1),
        count(rows),
      ]),
  );
};
