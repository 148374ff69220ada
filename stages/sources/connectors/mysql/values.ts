import { exactJson } from '../databases/exactJson.js';

/** A column as the server describes it with a result. */
export interface Column {
  readonly name: string;
  /** MYSQL_TYPE_… of the protocol. */
  readonly columnType: number;
  readonly characterSet: number;
  readonly flags: number;
  /** MariaDB tells so that a text is JSON. */
  readonly extendedFormat?: string;
}

const BINARY_CHARACTER_SET = 63;
const ENUM_FLAG = 256;
const SET_FLAG = 2048;

/** MYSQL_TYPE_… (MySQL source, field_types.h). */
const INTEGERS = new Set([1, 2, 3, 9, 13]);
const FLOATS = new Set([4, 5]);
const LONGLONG = 8;
const DECIMALS = new Set([0, 246]);
const TIMESTAMP = 7;
const DATE = 10;
const TIME = 11;
const DATETIME = 12;
const BIT = 16;
const JSON_TYPE = 245;
const GEOMETRY = 255;

const bitsOf = (bytes: Buffer): bigint => BigInt(`0x${bytes.toString('hex') || '0'}`);

/** What a column's values are compared as when a reading goes on from one of them. */
export type OrderKind = 'integer' | 'decimal' | 'text' | 'binary';

/** Null when its order is not that of its text, or not exact: floats, enumerations, JSON, … */
export const orderKindOf = ({ columnType, characterSet, flags }: Column): OrderKind | null => {
  if ((flags & (ENUM_FLAG | SET_FLAG)) !== 0) return null;
  if (INTEGERS.has(columnType) || columnType === LONGLONG) return 'integer';
  if (DECIMALS.has(columnType)) return 'decimal';
  if ([TIMESTAMP, DATE, TIME, DATETIME].includes(columnType)) return 'text';
  if (FLOATS.has(columnType) || [BIT, JSON_TYPE, GEOMETRY].includes(columnType)) return null;
  return characterSet === BINARY_CHARACTER_SET ? 'binary' : 'text';
};

/**
 * A cell as the server writes it (text protocol, utf8mb4, time zone UTC) as a value: whole numbers exact,
 * decimals as their digits, instants to the microsecond, bytes, JSON. A DATETIME has no zone; a TIMESTAMP has.
 */
export const cellValue = (cell: Buffer | null, column: Column): unknown => {
  if (cell === null) return null;
  const { columnType } = column;
  if (columnType === BIT) return bitsOf(cell);
  if (columnType === GEOMETRY) return cell;
  const text = cell.toString('utf8');
  if (INTEGERS.has(columnType) || FLOATS.has(columnType)) return Number(text);
  if (columnType === LONGLONG) return BigInt(text);
  if (columnType === DATETIME) return text.replace(' ', 'T');
  if (columnType === TIMESTAMP) return `${text.replace(' ', 'T')}Z`;
  if (columnType === JSON_TYPE || column.extendedFormat === 'json') return exactJson(text);
  if (DECIMALS.has(columnType) || columnType === DATE || columnType === TIME) return text;
  return column.characterSet === BINARY_CHARACTER_SET ? cell : text;
};
