import type { AggregateName, MqttSource } from '../../../../contracts/index.js';
import type { FormatRecord } from '../../formats/format.js';
import { rowRecord } from '../../formats/row.js';
import type { SampleWindow } from './windows.js';

/** Moments by Welford's method (1962), which does not cancel where values are large and close to each other. */
const momentsOf = (values: readonly number[]): { readonly mean: number; readonly squares: number } => {
  let [mean, squares] = [0, 0];
  values.forEach((value, index) => {
    const delta = value - mean;
    mean += delta / (index + 1);
    squares += delta * (value - mean);
  });
  return { mean, squares };
};

const AGGREGATES: { readonly [A in AggregateName]: (values: readonly number[]) => number | null } = {
  mean: (values) => momentsOf(values).mean,
  min: (values) => values.reduce((least, value) => Math.min(least, value)),
  max: (values) => values.reduce((most, value) => Math.max(most, value)),
  std: (values) => (values.length < 2 ? null : Math.sqrt(momentsOf(values).squares / (values.length - 1))),
  last: (values) => values.at(-1) ?? null,
  count: (values) => values.length,
};

const instant = (ms: number): string => new Date(ms).toISOString();

/**
 * A window as a row: `sensor`, `from`, `to`, `messages`, `NAME.AGGREGATE` of each value, the texts of its last sample,
 * and with `raw` the samples.
 */
export const windowRecord = (
  { window: { aggregate, raw }, recordBytesMax }: MqttSource,
  { sensor, fromMs, toMs, samples }: SampleWindow,
): FormatRecord => {
  const names = [...new Set(samples.flatMap(({ values }) => Object.keys(values)))].sort();
  const aggregates = names.flatMap((name) => {
    const values = samples.flatMap((sample) => sample.values[name] ?? []);
    return aggregate.map((kind) => [`${name}.${kind}`, AGGREGATES[kind](values)] as const);
  });
  const row = {
    ...samples.at(-1)?.texts,
    ...Object.fromEntries(aggregates),
    sensor,
    from: instant(fromMs),
    to: instant(toMs),
    messages: samples.length,
    ...(raw && { samples: samples.map(({ timeMs, values }) => ({ time: instant(timeMs), ...values })) }),
  };
  return rowRecord(row, recordBytesMax);
};
