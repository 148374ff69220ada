/** Maps a value of the data to a coordinate, with the values to mark on the axis. */
export interface Scale {
  readonly at: (value: number) => number;
  readonly ticks: readonly number[];
}

/** Steps of 1, 2 or 5 times a power of ten, about `wanted` of them (Heckbert 1990, nice numbers). */
const niceStep = (span: number, wanted: number): number => {
  const rough = span / wanted;
  const power = 10 ** Math.floor(Math.log10(rough));
  const lead = [1, 2, 5, 10].find((candidate) => candidate * power >= rough) ?? 10;
  return lead * power;
};

const rounded = (value: number): number => Number(value.toPrecision(12));

/** Values closer than this share of their size are drawn as one, and sizes below it as zero. */
const SAME = 1e-9;

/** A linear scale whose domain is widened to whole steps, but not beyond `limits`. */
export const linearScale = (
  [lowest, high]: readonly [number, number],
  [from, to]: readonly [number, number],
  limits: readonly [number, number] = [Number.NEGATIVE_INFINITY, Number.POSITIVE_INFINITY],
): Scale => {
  const flat = high - lowest <= SAME * Math.max(Math.abs(lowest), Math.abs(high), SAME);
  const low = flat ? lowest - (Math.abs(lowest) > SAME ? Math.abs(lowest) / 10 : 1) : lowest;
  const step = niceStep(high - low, 4);
  const first = Math.max(limits[0], Math.floor(rounded(low / step)) * step);
  const last = Math.min(limits[1], Math.ceil(rounded(high / step)) * step);
  const steps = Math.max(1, Math.floor(rounded((last - first) / step)));
  const ticks = Array.from({ length: steps + 1 }, (_, index) => rounded(first + index * step));
  const span = last > first ? last - first : step;
  return { at: (value) => from + ((value - first) / span) * (to - from), ticks };
};

/** A logarithmic scale that marks the values given. */
export const logScale = (values: readonly number[], [from, to]: readonly [number, number]): Scale => {
  const low = Math.log(Math.min(...values));
  const span = Math.log(Math.max(...values)) - low || 1;
  return { at: (value) => from + ((Math.log(value) - low) / span) * (to - from), ticks: values };
};
