import type { Sample } from './sample.js';

export interface SampleWindow {
  readonly sensor: string;
  /** Milliseconds; of windows of messages, the times of the first and the last. */
  readonly fromMs: number;
  readonly toMs: number;
  /** By time; those of one instant as they arrived. */
  readonly samples: readonly Sample[];
}

/** Windows that are complete, and the samples that belong to no later one. */
export interface Closed {
  readonly windows: readonly SampleWindow[];
  readonly finished: readonly Sample[];
}

const compare = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0);
const byTime = (a: Sample, b: Sample): number => a.timeMs - b.timeMs;

export interface TimeWindows {
  readonly sizeMs: number;
  readonly slideMs: number;
  readonly lateMs: number;
}

/** End of the last window that a sample of this time belongs to. Windows start at multiples of the slide. */
export const lastEndOf = (timeMs: number, { sizeMs, slideMs }: Omit<TimeWindows, 'lateMs'>): number =>
  Math.floor(timeMs / slideMs) * slideMs + sizeMs;

/**
 * The windows that end after `closedMs` and at least `lateMs` before the youngest sample, grouped by their end,
 * ascending, then by sensor. One clock for all sensors: a silent one holds nobody up.
 */
export const closeByTime = (
  samples: readonly Sample[],
  { sizeMs, slideMs, lateMs }: TimeWindows,
  closedMs: number,
): readonly (Closed & { readonly endMs: number })[] => {
  const watermark = samples.reduce((youngest, { timeMs }) => Math.max(youngest, timeMs), -Infinity) - lateMs;
  const groups = new Map<number, { windows: Map<string, Sample[]>; finished: Sample[] }>();
  const groupOf = (endMs: number) => {
    const group = groups.get(endMs) ?? { windows: new Map<string, Sample[]>(), finished: [] };
    groups.set(endMs, group);
    return group;
  };
  for (const sample of [...samples].sort(byTime)) {
    const lastMs = lastEndOf(sample.timeMs, { sizeMs, slideMs });
    if (lastMs <= watermark && lastMs > closedMs) groupOf(lastMs).finished.push(sample);
    for (let endMs = lastMs; endMs > sample.timeMs && endMs > closedMs; endMs -= slideMs) {
      if (endMs > watermark) continue;
      const { windows } = groupOf(endMs);
      const within = windows.get(sample.sensor);
      if (within === undefined) windows.set(sample.sensor, [sample]);
      else within.push(sample);
    }
  }
  return [...groups]
    .sort(([a], [b]) => a - b)
    .map(([endMs, { windows, finished }]) => ({
      endMs,
      finished,
      windows: [...windows]
        .sort(([a], [b]) => compare(a, b))
        .map(([sensor, within]) => ({ sensor, fromMs: endMs - sizeMs, toMs: endMs, samples: within })),
    }));
};

/** The windows of `size` samples of each sensor, in the order they arrived, each `slide` samples after the one before. */
export const closeByCount = (
  samples: readonly Sample[],
  { size, slide }: { readonly size: number; readonly slide: number },
): readonly Closed[] => {
  const open = new Map<string, Sample[]>();
  const closed: Closed[] = [];
  for (const sample of samples) {
    const gathered = open.get(sample.sensor) ?? [];
    open.set(sample.sensor, gathered);
    gathered.push(sample);
    if (gathered.length < size) continue;
    const ordered = [...gathered].sort(byTime);
    const [fromMs, toMs] = [ordered[0]!.timeMs, ordered.at(-1)!.timeMs];
    closed.push({
      windows: [{ sensor: sample.sensor, fromMs, toMs, samples: ordered }],
      finished: gathered.slice(0, slide),
    });
    open.set(sample.sensor, gathered.slice(slide));
  }
  return closed;
};
