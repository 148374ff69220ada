import {
  type DatasetVersion,
  type Evaluation,
  type EvaluationRow,
  type Interval,
  type LearningCurvePoint,
  learntBaselineOf,
  type SourceBatch,
  type TrainingRun,
} from '../../contracts/index.js';
import { learningCurveChart, lossChart, MODEL, validationChart } from './report/charts.js';
import { entityMistakesSection } from './report/entityMistakes.js';
import { count, figure, percent, range } from './report/format.js';
import { type Html, html } from './report/html.js';
import { mistakesSection } from './report/mistakes.js';
import { datasetSection, lineageSection, recipeSection } from './report/provenance.js';
import { STYLE } from './report/style.js';
import {
  classTable,
  confusionTable,
  metricsTable,
  sliceTable,
  table,
  withInterval,
} from './report/tables.js';
import { verdict } from './report/verdict.js';
import { decidingFigure, type Wording, wordingOf } from './report/wording.js';

export interface ReportSource {
  readonly evaluation: Omit<Evaluation, 'report'>;
  readonly run: TrainingRun;
  readonly dataset: DatasetVersion;
  readonly batches: readonly SourceBatch[];
  readonly testRows: readonly EvaluationRow[];
  /** Texts of the test rows by record id. */
  readonly texts: ReadonlyMap<string, string>;
}

/**
 * The evaluation as one HTML page that needs nothing else: no script, no request, text from the data always
 * escaped. The same evaluation gives the same bytes.
 */
export const renderReport = (source: ReportSource): string => {
  const { evaluation, run, dataset } = source;
  const { test, recipe, baselines, learningCurve } = evaluation;
  const wording = wordingOf(test);
  const { metric, majority } = wording;
  const learnt = learntBaselineOf(baselines);
  const mistakes = test.entities === undefined ? mistakesSection : entityMistakesSection;
  const title = `${evaluation.pipeline}: evaluation of training run ${evaluation.trainingRun.slice(0, 12)}`;
  const { headline, sentences } = verdict({
    learningCurve,
    testRows: test.rows,
    confidence: recipe.confidence,
    trainRows: dataset.splits.train.rows,
    majority: decidingFigure(baselines.majority).value,
    wording,
  });
  const page = html`<!doctype html>
<html lang="en"><head><meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="generator" content="Plumbline"><title>${title}</title><style>${STYLE}</style></head>
<body><main>
<header class="verdict"><h1>${title}</h1>
<p class="headline">${headline}</p>
${sentences.map((sentence) => html`<p>${sentence}</p>`)}
<dl class="tiles">${tile(`${MODEL}, ${metric}`, decidingFigure(test), 'model')}${tile(`${learnt.name}, ${metric}`, decidingFigure(learnt.metrics), 'baseline')}${tile(`${majority}, ${metric}`, decidingFigure(baselines.majority), 'plain')}${tile(`${MODEL}, ${wording.accuracy}`, test.accuracy, 'plain')}</dl></header>
<section><h2>Results</h2>${metricsTable(evaluation)}
<p class="muted">Ranges are ${percent(recipe.confidence)} percentile bootstrap intervals over ${count(recipe.bootstrapResamples)} resamples of the rows. ${wording.metricMeans}</p></section>
<section><h2>How many labels does it take?</h2>
<figure class="wide"><figcaption>Test ${metric} by number of training rows</figcaption>${learningCurveChart(learningCurve, recipe.confidence, wording)}</figure>
${curveTable(learningCurve, wording)}
<p class="muted">Both learn from exactly the same rows. ${wording.bothRead(run.recipe.maxLength)} A winner is named when the paired bootstrap interval of the difference leaves out zero.</p></section>
<section><h2>Where it is wrong</h2>
<h3>Confusion matrix, test split</h3>${confusionTable(test)}
<h3>By ${wording.label}</h3>${classTable(test, learnt.metrics)}
<h3>By source group</h3>${sliceTable(evaluation.slices, 'group', evaluation)}
<h3>By length</h3>${sliceTable(evaluation.slices, 'length', evaluation)}
<h3>${test.entities === undefined ? 'Most confident mistakes' : 'Mistakes'}</h3>${mistakes(source.testRows, source.texts)}</section>
<section><h2>Training</h2>
<p>${count(run.steps)} steps of ${count(run.recipe.batchSize)} texts on ${count(run.rows)} rows, from ${run.base.reference} (${count(run.base.parameters)} parameters). The weights kept are those of step ${count(run.bestStep)}, the best on validation ${metric}${run.stoppedEarly ? '; training stopped early because nothing better came' : ''}.</p>
<div class="columns"><figure><figcaption>Loss</figcaption>${lossChart(run)}</figure>
<figure><figcaption>Validation ${metric}</figcaption>${validationChart(run, wording)}</figure></div></section>
<section><h2>Data</h2>${datasetSection(dataset, source.batches)}</section>
<section><h2>Lineage</h2>${lineageSection(source)}</section>
<section class="recipe"><h2>Recipe</h2>${recipeSection(source)}</section>
</main></body></html>
`;
  return page.markup;
};

const tile = (name: string, interval: Interval, tone: string): Html =>
  html`<div class="${tone}"><dt>${name}</dt><dd>${figure(interval.value)} <small>${range(interval)}</small></dd></div>`;

const curveTable = (points: readonly LearningCurvePoint[], wording: Wording): Html => {
  const winners = { model: MODEL, baseline: wording.baseline, tie: 'neither: within chance' };
  return table(
    ['training rows', MODEL, wording.baseline, 'winner'],
    points.map(({ rows, model, baseline, winner }) => [
      count(rows),
      withInterval(model),
      withInterval(baseline),
      winners[winner],
    ]),
  );
};
