import { type Html, html } from './html.js';
import { linearScale, logScale, type Scale } from './scale.js';

const WIDTH = 560;
const HEIGHT = 300;
const LEFT = 58;
const RIGHT = 20;
const TOP = 16;
const BOTTOM = 50;

export interface ChartPoint {
  readonly x: number;
  readonly y: number;
  /** An interval around `y`. */
  readonly low?: number;
  readonly high?: number;
}

export interface ChartSeries {
  readonly name: string;
  /** Class of the style sheet that gives the colour, and of what is drawn. */
  readonly tone: 'model' | 'baseline' | 'muted';
  readonly points: readonly ChartPoint[];
  readonly dashed?: boolean;
  readonly dots?: boolean;
}

export interface Chart {
  readonly id: string;
  /** Read out by screen readers, and shown on hovering. */
  readonly title: string;
  readonly description: string;
  readonly xLabel: string;
  readonly yLabel: string;
  readonly series: readonly ChartSeries[];
  readonly logX?: boolean;
  readonly yLimits?: readonly [number, number];
  /** A vertical line with its caption. */
  readonly mark?: { readonly x: number; readonly caption: string };
}

const round = (value: number): number => Math.round(value * 10) / 10;

/** The ticks of one axis with as many digits as the finest needs; of two closer than `apartMin` the first is left out. */
const tickTexts = ({ ticks, at }: Scale, apartMin: number): { text: string; place: number }[] => {
  const digits = Math.max(...ticks.map((tick) => String(tick).split('.')[1]?.length ?? 0));
  const shown: { text: string; place: number }[] = [];
  for (const tick of ticks.toReversed()) {
    const place = round(at(tick));
    const next = shown[0];
    if (next !== undefined && Math.abs(next.place - place) < apartMin) continue;
    const text = tick.toLocaleString('en-US', {
      minimumFractionDigits: digits,
      maximumFractionDigits: digits,
    });
    shown.unshift({ text, place });
  }
  return shown;
};

/** Inline SVG whose colours come from the page, so that it follows light, dark and print. */
export const lineChart = (chart: Chart): Html => {
  const points = chart.series.flatMap((series) => series.points);
  if (points.length === 0) return html`<p class="muted">Nothing was recorded.</p>`;
  const marked = chart.mark === undefined ? [] : [chart.mark.x];
  const xs = [...new Set([...points.map((point) => point.x), ...marked])].sort((a, b) => a - b);
  const xRange = [LEFT + 14, WIDTH - RIGHT - 14] as const;
  const x = chart.logX ? logScale(xs, xRange) : linearScale([xs[0] ?? 0, xs.at(-1) ?? 1], xRange);
  const ys = points.flatMap((point) => [point.low ?? point.y, point.y, point.high ?? point.y]);
  const y = linearScale([Math.min(...ys), Math.max(...ys)], [HEIGHT - BOTTOM, TOP], chart.yLimits);
  const xTexts = tickTexts(x, 44);
  const yTexts = tickTexts(y, 16);
  return html`<svg class="chart" viewBox="0 0 ${WIDTH} ${HEIGHT}" role="img" aria-labelledby="${chart.id}-t ${chart.id}-d">
<title id="${chart.id}-t">${chart.title}</title><desc id="${chart.id}-d">${chart.description}</desc>
${yTexts.map(({ text, place }) => [
  html`<line class="grid" x1="${LEFT}" x2="${WIDTH - RIGHT}" y1="${place}" y2="${place}"/>`,
  html`<text class="tick" x="${LEFT - 8}" y="${place + 4}" text-anchor="end">${text}</text>`,
])}
${xTexts.map(
  ({ text, place }) =>
    html`<text class="tick" x="${place}" y="${HEIGHT - BOTTOM + 20}" text-anchor="middle">${text}</text>`,
)}
<text class="axis" x="${(LEFT + WIDTH - RIGHT) / 2}" y="${HEIGHT - 8}" text-anchor="middle">${chart.xLabel}</text>
<text class="axis" transform="translate(13 ${(TOP + HEIGHT - BOTTOM) / 2}) rotate(-90)" text-anchor="middle">${chart.yLabel}</text>
${
  chart.mark !== undefined &&
  html`<line class="mark" x1="${round(x.at(chart.mark.x))}" x2="${round(x.at(chart.mark.x))}" y1="${TOP}" y2="${HEIGHT - BOTTOM}"/>`
}
${chart.series.map((series, index) => drawSeries(series, x.at, y.at, shiftOf(chart, index)))}
</svg>${legend(chart)}`;
};

/** Intervals of several series at the same x stand side by side. */
const shiftOf = ({ series }: Chart, index: number): number =>
  series.some(({ points }) => points.some((point) => point.low !== undefined))
    ? (index - (series.length - 1) / 2) * 8
    : 0;

const drawSeries = (
  { points, tone, dashed, dots }: ChartSeries,
  xAt: (value: number) => number,
  yAt: (value: number) => number,
  shift: number,
): Html => {
  const placed = points.map((point) => ({
    ...point,
    cx: round(xAt(point.x) + shift),
    cy: round(yAt(point.y)),
  }));
  const path = placed.map(({ cx, cy }, index) => `${index === 0 ? 'M' : 'L'}${cx} ${cy}`).join('');
  return html`<g class="${tone}"><path class="line${dashed === true ? ' dashed' : ''}" d="${path}"/>
${placed.map(({ cx, low, high }) => low !== undefined && high !== undefined && whisker(cx, yAt(low), yAt(high)))}
${dots === true && placed.map(({ cx, cy }) => html`<circle class="dot" cx="${cx}" cy="${cy}" r="4.5"/>`)}</g>`;
};

const whisker = (x: number, low: number, high: number): Html =>
  html`<path class="whisker" d="M${x} ${round(low)}V${round(high)}M${x - 4} ${round(low)}h8M${x - 4} ${round(high)}h8"/>`;

const legend = ({ series, mark }: Chart): Html =>
  html`<p class="legend" aria-hidden="true">${series.map(
    ({ name, tone, dashed }) =>
      html`<span class="${tone}"><svg viewBox="0 0 28 10" width="28" height="10"><path class="line${dashed === true ? ' dashed' : ''}" d="M0 5H28"/></svg> ${name}</span> `,
  )}${mark !== undefined && html`<span class="muted"><svg viewBox="0 0 28 12" width="28" height="12"><path class="mark" d="M14 0V12"/></svg> ${mark.caption}</span>`}</p>`;
