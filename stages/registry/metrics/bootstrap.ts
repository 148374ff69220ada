import { type Interval, plumblineError } from '../../../contracts/index.js';
import { Random } from '../../../nn/index.js';
import { createPace } from '../../pace.js';
import type { StageContext } from '../../ports.js';
import { type Judgement, rowsOf } from './judged.js';
import { emptyTally, type Tally, tallyInto } from './tally.js';

export interface BootstrapOptions {
  readonly resamples: number;
  /** Of the two-sided interval, in (0, 1). */
  readonly confidence: number;
  readonly seed: number;
}
export type BootstrapContext = Pick<StageContext, 'signal' | 'progress'>;

/** The value at `share` of the sorted values, with linear interpolation (numpy's default). */
export const quantile = (sorted: Float64Array, share: number): number => {
  const position = share * (sorted.length - 1);
  const below = sorted[Math.floor(position)] ?? Number.NaN;
  const above = sorted[Math.ceil(position)] ?? Number.NaN;
  return below + (above - below) * (position - Math.floor(position));
};

/**
 * Percentile bootstrap (Efron & Tibshirani 1993, chapter 13) of figures over rows drawn with replacement.
 * The same options draw the same rows for any `rows` of equal number, so figures of two models stay paired.
 * @param figuresOf the figures of the rows drawn, always as many; all rows in order give the point estimates
 * @throws CANCELLED; DATASET_INVALID when there are no rows
 */
export const bootstrap = async (
  ctx: BootstrapContext,
  rows: number,
  figuresOf: (drawn: Int32Array) => readonly number[],
  { resamples, confidence, seed }: BootstrapOptions,
): Promise<Interval[]> => {
  if (rows === 0) throw plumblineError('DATASET_INVALID', 'There are no rows to measure on.');
  const values = figuresOf(Int32Array.from({ length: rows }, (_, row) => row));
  const samples = values.map(() => new Float64Array(resamples));
  const random = new Random(seed);
  const drawn = new Int32Array(rows);
  const pace = createPace(ctx, { activity: 'bootstrapping intervals', unit: 'resamples', total: resamples });
  for (let resample = 0; resample < resamples; resample++) {
    for (let i = 0; i < rows; i++) drawn[i] = random.below(rows);
    figuresOf(drawn).forEach((value, figure) => {
      samples[figure]![resample] = value;
    });
    await pace.tick(resample);
  }
  const tail = (1 - confidence) / 2;
  return values.map((value, figure) => {
    const sorted = samples[figure]!.sort();
    return { value, low: quantile(sorted, tail), high: quantile(sorted, 1 - tail) };
  });
};

/** Bootstrap of figures that are functions of one tally. @throws as bootstrap */
export const bootstrapTally = (
  ctx: BootstrapContext,
  judged: Judgement,
  figuresOf: (tally: Tally) => readonly number[],
  options: BootstrapOptions,
): Promise<Interval[]> => {
  const tally = emptyTally(judged.labels.length);
  return bootstrap(ctx, rowsOf(judged), (drawn) => figuresOf(tallyInto(tally, judged, drawn)), options);
};

/**
 * Paired bootstrap of a figure of `a` minus that of `b`, two models on the same rows in the same order.
 * @throws as bootstrap
 */
export const pairedDifference = async (
  ctx: BootstrapContext,
  a: Judgement,
  b: Judgement,
  figureOf: (tally: Tally) => number,
  options: BootstrapOptions,
): Promise<Interval> => {
  if (rowsOf(a) !== rowsOf(b))
    throw plumblineError('INTERNAL', 'A paired comparison needs the same rows of both models.');
  const tallyA = emptyTally(a.labels.length);
  const tallyB = emptyTally(b.labels.length);
  const difference = (drawn: Int32Array) => [
    figureOf(tallyInto(tallyA, a, drawn)) - figureOf(tallyInto(tallyB, b, drawn)),
  ];
  const [interval] = await bootstrap(ctx, rowsOf(a), difference, options);
  return interval!;
};
