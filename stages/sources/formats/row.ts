import { canonicalJson } from '../../../contracts/index.js';
import { BoundedBytes } from './boundedBytes.js';
import { type FormatRecord, noField } from './format.js';

/** JSON has no 64-bit integers, instants or bytes: they become numbers or digits, ISO 8601 and base64. */
const plain = (value: unknown): unknown => {
  if (typeof value === 'bigint') return BigInt.asIntN(53, value) === value ? Number(value) : value.toString();
  if (value instanceof Date) return value.toISOString();
  if (value instanceof Uint8Array) return Buffer.from(value).toString('base64');
  if (Array.isArray(value)) return value.map(plain);
  if (value !== null && typeof value === 'object')
    return Object.fromEntries(Object.entries(value).map(([key, member]) => [key, plain(member)]));
  return value;
};

const fieldText = (value: unknown): string | undefined => {
  if (value === undefined || value === null) return undefined;
  return typeof value === 'object' ? canonicalJson(value) : String(value);
};

/** A row's raw bytes are its canonical JSON, so that the same row has one id whatever file it came in. */
export const rowRecord = (row: Readonly<Record<string, unknown>>, recordBytesMax: number): FormatRecord => {
  const value = plain(row) as Readonly<Record<string, unknown>>;
  const bytes = new BoundedBytes(recordBytesMax);
  bytes.push(Buffer.from(canonicalJson(value)));
  const gathered = bytes.finish();
  return {
    ...gathered,
    field: (name) => (Object.hasOwn(value, name) ? fieldText(value[name]) : undefined),
    fault: gathered.raw === null ? 'too-large' : null,
  };
};

/** Bytes that are no row: kept as they are, with the reason. */
export const faultyRecord = (raw: Uint8Array, recordBytesMax: number, fault: string): FormatRecord => {
  const bytes = new BoundedBytes(recordBytesMax);
  bytes.push(raw);
  const gathered = bytes.finish();
  return { ...gathered, field: noField, fault: gathered.raw === null ? 'too-large' : fault };
};
