import {
  Binary,
  BSONRegExp,
  BSONSymbol,
  Code,
  DBRef,
  Decimal128,
  Double,
  Int32,
  Long,
  MaxKey,
  MinKey,
  ObjectId,
  Timestamp,
  UUID,
} from 'mongodb';

/**
 * A BSON value as one that JSON can hold: ids as hexadecimal digits, decimals as theirs, instants in ISO 8601,
 * 64-bit integers exact, binary data as bytes (a UUID as its usual form), what has no counterpart as text.
 */
export const plainValue = (value: unknown): unknown => {
  if (value === null || typeof value !== 'object') return ofScalar(value);
  if (value instanceof ObjectId) return value.toHexString();
  if (value instanceof Decimal128) return value.toString();
  if (value instanceof Timestamp) return value.toBigInt();
  if (value instanceof Long) return value.toBigInt();
  if (value instanceof Int32 || value instanceof Double) return ofScalar(value.valueOf());
  if (value instanceof UUID) return value.toHexString();
  if (value instanceof Binary) return value.buffer.subarray(0, value.position);
  if (value instanceof BSONRegExp) return `/${value.pattern}/${value.options}`;
  if (value instanceof RegExp) return String(value);
  if (value instanceof BSONSymbol) return value.valueOf();
  if (value instanceof Code) return value.code;
  if (value instanceof DBRef) return plainValue({ ref: value.collection, id: value.oid });
  if (value instanceof MinKey) return 'MinKey';
  if (value instanceof MaxKey) return 'MaxKey';
  if (value instanceof Date) return ofDate(value);
  if (value instanceof Uint8Array) return value;
  if (Array.isArray(value)) return value.map(plainValue);
  return Object.fromEntries(Object.entries(value).map(([key, member]) => [key, plainValue(member)]));
};

/** JSON has neither NaN nor Infinity. */
const ofScalar = (value: unknown): unknown =>
  typeof value === 'number' && !Number.isFinite(value) ? String(value) : value;

/** BSON's instants reach further than ECMAScript's; those come as what they are, milliseconds. */
const ofDate = (value: Date): unknown =>
  Number.isNaN(value.getTime()) ? 'out of range' : value.toISOString();
