import type { ClassificationMetrics, Evaluation, Interval, Slice } from '../../../contracts/index.js';
import { BASELINE, MODEL } from './charts.js';
import { count, figure, percent, range } from './format.js';
import { type Html, html, type Insert } from './html.js';

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
  const row = (name: string, split: string, { macroF1, accuracy, rows }: ClassificationMetrics) => [
    name,
    split,
    withInterval(macroF1),
    withInterval(accuracy),
    count(rows),
  ];
  return table(
    ['', 'split', 'macro-F1', 'accuracy', 'rows'],
    [
      row(MODEL, 'test', test),
      row(BASELINE, 'test', baselines.tfidfLinear),
      row('most frequent label', 'test', baselines.majority),
      row(MODEL, 'validation', validation),
    ],
  );
};

export const classTable = (model: ClassificationMetrics, baseline: ClassificationMetrics): Html =>
  table(
    ['label', 'precision', 'recall', 'F1', 'F1 of the linear model', 'test rows'],
    model.classes.map(({ label, precision, recall, f1, support }, index) => [
      label,
      withInterval(precision),
      withInterval(recall),
      withInterval(f1),
      withInterval(baseline.classes[index]!.f1),
      count(support),
    ]),
  );

/** Rows are true labels, columns predicted ones; shading is the share of the row. */
export const confusionTable = ({ confusion, classes }: ClassificationMetrics): Html => {
  const labels = classes.map(({ label }) => label);
  if (labels.length > CLASSES_MAX) return largestConfusions(confusion, labels);
  return html`<div class="scroll"><table class="confusion"><caption>Rows: true label. Columns: predicted label.</caption>
<thead><tr><td></td>${labels.map((label) => html`<th scope="col">${label}</th>`)}</tr></thead>
<tbody>${confusion.map((cells, truth) => {
    const support = cells.reduce((sum, cell) => sum + cell, 0);
    return html`<tr><th scope="row">${labels[truth]!}</th>${cells.map((cell, predicted) => {
      const share = support === 0 ? 0 : cell / support;
      const tone = truth === predicted ? 'right' : 'wrong';
      return html`<td class="${tone}${share > 0.5 ? ' full' : ''}" style="--share:${Math.round(share * 100)}%"><b>${count(cell)}</b><br><span>${percent(share, 1)}</span></td>`;
    })}</tr>`;
  })}</tbody></table></div>`;
};

const largestConfusions = (confusion: readonly (readonly number[])[], labels: readonly string[]): Html => {
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
    .map(({ rows, truth, predicted }) => [labels[truth]!, labels[predicted]!, count(rows)]),
)}`;
};

export const sliceTable = (slices: readonly Slice[], by: Slice['by'], sliceRowsMin: number): Html =>
  table(
    [by === 'group' ? 'source group' : 'length', 'accuracy', 'macro-F1', 'test rows'],
    slices
      .filter((slice) => slice.by === by)
      .map(({ value, accuracy, macroF1, rows }) => [
        value,
        accuracy === null
          ? html`<span class="muted">too small to judge (below ${sliceRowsMin} rows)</span>`
          : withInterval(accuracy),
        macroF1 === null
          ? html`<span class="muted">${accuracy === null ? '–' : 'one label only'}</span>`
          : withInterval(macroF1),
        count(rows),
      ]),
  );
