import type { MqttSource } from '../../../../contracts/index.js';
import { faultyRecord } from '../../formats/row.js';
import type { RawRecord } from '../connector.js';
import { type MqttCursor, markOf, marksIn } from './cursor.js';
import { readSample, type Sample } from './sample.js';
import type { Publication } from './session.js';
import { lastEndOf, type TimeWindows } from './windows.js';

/** What the messages of a collection are. */
export interface Sorted {
  /** Those that windows are made of. */
  readonly samples: readonly Sample[];
  /** Records of those that no window takes, with the reason. */
  readonly faults: readonly RawRecord[];
  /** Of no further use once `faults` are published: faulty, or in a window that had been published before. */
  readonly settled: readonly Publication[];
}

export const timeWindowsOf = ({ window }: MqttSource): TimeWindows | null => {
  const { seconds, slide = seconds, lateSeconds } = window;
  return seconds === undefined
    ? null
    : { sizeMs: seconds * 1000, slideMs: slide! * 1000, lateMs: lateSeconds * 1000 };
};

export const faultOf = (
  source: MqttSource,
  path: string,
  position: number,
  raw: Uint8Array,
  fault: string,
): RawRecord => ({
  path,
  position,
  format: 'jsonl',
  ...faultyRecord(raw, source.recordBytesMax, fault),
});

/**
 * Tells samples from what cannot be used. A repeated message that bears a mark was counted in a published window, and
 * only its acknowledgement was lost; any other whose windows are all published is late.
 */
export const sortPublications = (
  source: MqttSource,
  publications: readonly Publication[],
  cursor: MqttCursor,
): Sorted => {
  const time = timeWindowsOf(source);
  const marks = marksIn(cursor);
  const samples: Sample[] = [];
  const faults: RawRecord[] = [];
  const settled: Publication[] = [];
  let recorded = 0;
  const wasCounted = (publication: Publication): boolean =>
    publication.repeated && marks.has(markOf(publication));
  const isLate = ({ timeMs }: Sample): boolean =>
    time !== null && lastEndOf(timeMs, time) <= (cursor.closedMs ?? -Infinity);
  for (const [position, publication] of publications.entries()) {
    const { topic, payload } = publication;
    const reading = readSample(source, publication);
    if ('fault' in reading) faults.push(faultOf(source, topic, position, payload, reading.fault));
    else if (wasCounted(publication)) settled.push(publication);
    else if (isLate(reading.sample))
      faults.push(faultOf(source, reading.sample.sensor, position, payload, 'late'));
    else samples.push(reading.sample);
    if (faults.length > recorded) settled.push(publication);
    recorded = faults.length;
  }
  return { samples, faults, settled };
};
