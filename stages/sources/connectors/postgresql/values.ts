import { types } from 'pg';
import { exactJson } from '../databases/exactJson.js';

/** Object ids of built-in types (pg_type.dat of PostgreSQL) that are more than their text. */
const BOOL = 16;
const BYTEA = 17;
const INT8 = 20;
const INTEGERS = new Set([21, 23, 26]);
const JSONS = new Set([114, 3802]);
const FLOATS = new Set([700, 701]);
const TIMESTAMP = 1114;
const TIMESTAMPTZ = 1184;

/** Array types and the types of their elements. */
export type ElementTypes = ReadonlyMap<number, number>;

const ofFloat = (text: string): unknown => {
  const value = Number(text);
  // JSON has neither NaN nor Infinity.
  return Number.isFinite(value) ? value : text;
};

/** `2026-11-24 10:00:00.5+00` in ISO 8601; years before 1 and infinity stay as the server writes them. */
const ofInstant = (text: string): string =>
  /^\d{4,}-\d\d-\d\d \d\d:\d\d:\d\d(\.\d+)?(\+00)?$/.test(text)
    ? text.replace(' ', 'T').replace('+00', 'Z')
    : text;

// The package's types describe a function, the package has this.
const arrays = types.arrayParser as unknown as {
  create(source: string, transform: (entry: string) => unknown): { parse(): unknown[] };
};

/**
 * A cell as the server writes it (text format, DateStyle ISO, hex bytea, time zone UTC) as a value: whole
 * numbers exact, decimals as their digits, instants to the microsecond, bytes, JSON, arrays of all of these.
 */
export const cellValue = (text: string | null, type: number, elements: ElementTypes): unknown => {
  if (text === null) return null;
  const element = elements.get(type);
  if (element !== undefined)
    return arrays.create(text, (entry) => cellValue(entry, element, elements)).parse();
  if (type === BOOL) return text === 't';
  if (type === BYTEA) return Buffer.from(text.slice(2), 'hex');
  if (type === INT8) return BigInt(text);
  if (INTEGERS.has(type)) return Number(text);
  if (FLOATS.has(type)) return ofFloat(text);
  if (JSONS.has(type)) return exactJson(text);
  if (type === TIMESTAMP || type === TIMESTAMPTZ) return ofInstant(text);
  return text;
};
