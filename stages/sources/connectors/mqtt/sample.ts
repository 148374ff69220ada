import type { MqttSource } from '../../../../contracts/index.js';
import type { Publication } from './session.js';

/** What a sensor said once. */
export interface Sample {
  /** The topic, and after a `#` what `sensorField` holds. */
  readonly sensor: string;
  /** Milliseconds since 1970, by the message or else of its arrival. */
  readonly timeMs: number;
  readonly values: Readonly<Record<string, number>>;
  /** Members that are text: unit, place, label, … */
  readonly texts: Readonly<Record<string, string>>;
  readonly publication: Publication;
}

export type Reading = { readonly sample: Sample } | { readonly fault: string };

const decoder = new TextDecoder('utf-8', { fatal: true });

/** Later than this, a number counts milliseconds: 1e11 seconds are the year 5138. */
const SECONDS_MAX = 1e11;
const MS_MAX = 8.64e15;

const parseTime = (value: unknown): number | null => {
  const ms =
    typeof value === 'number'
      ? value < SECONDS_MAX
        ? value * 1000
        : value
      : typeof value === 'string'
        ? Date.parse(value)
        : Number.NaN;
  return Number.isFinite(ms) && Math.abs(ms) <= MS_MAX ? Math.floor(ms) : null;
};

type Members = Readonly<Record<string, unknown>>;

const parsePayload = (payload: Uint8Array): Members | { readonly fault: string } => {
  let value: unknown;
  try {
    value = JSON.parse(decoder.decode(payload));
  } catch {
    return { fault: 'malformed-json' };
  }
  if (typeof value === 'number') return { members: { value } };
  if (value === null || typeof value !== 'object' || Array.isArray(value))
    return { fault: 'not-a-measurement' };
  return { members: value };
};

const only = <T>(members: Members, is: (value: unknown) => value is T): Record<string, T> =>
  Object.fromEntries(Object.entries(members).filter((entry): entry is [string, T] => is(entry[1])));

const isNumber = (value: unknown): value is number => typeof value === 'number' && Number.isFinite(value);
const isText = (value: unknown): value is string => typeof value === 'string';

/**
 * A message is a number, or an object with at least one member that is a number beside its time.
 * The arrival is part of what is read, as the payload is: a message without a time has no other.
 */
export const readSample = (
  { timeField, sensorField, aheadSeconds }: MqttSource,
  publication: Publication,
): Reading => {
  const { topic, payload, arrivedMs } = publication;
  const parsed = parsePayload(payload);
  if (!('members' in parsed)) return parsed as { readonly fault: string };
  const { [timeField]: time, ...members } = parsed.members as Members;
  const timeMs = time === undefined ? arrivedMs : parseTime(time);
  if (timeMs === null) return { fault: 'malformed-time' };
  if (timeMs > arrivedMs + aheadSeconds * 1000) return { fault: 'in-the-future' };
  const sensorId = sensorField === undefined ? undefined : members[sensorField];
  if (sensorField !== undefined && !isText(sensorId) && !isNumber(sensorId)) return { fault: 'no-sensor' };
  const { [sensorField ?? '']: _, ...values } = only(members, isNumber);
  if (Object.keys(values).length === 0) return { fault: 'not-a-measurement' };
  const sensor = sensorId === undefined ? topic : `${topic}#${String(sensorId)}`;
  return { sample: { sensor, timeMs, values, texts: only(members, isText), publication } };
};
