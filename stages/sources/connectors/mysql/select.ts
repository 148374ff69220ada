import { escapeId } from 'mysql2';
import { type MysqlSource, plumblineError } from '../../../../contracts/index.js';
import type { Cursor } from '../connector.js';
import type { Position } from '../databases/pages.js';

export interface Statement {
  readonly sql: string;
  readonly values: readonly unknown[];
}

/** A name as one identifier: without the second argument a dot would split it. */
export const quoted = (name: string): string => escapeId(name, true);

const columnsOf = ({ columns }: MysqlSource): string =>
  columns === undefined ? '*' : columns.map(quoted).join(', ');

/** The query in brackets; a last semicolon would end the whole statement, a comment swallow the bracket. */
const rowsOf = ({ query, table = '' }: MysqlSource): string =>
  query === undefined ? quoted(table) : `(${query.replace(/[;\s]+$/, '')}\n)`;

/** How a value of each kind is compared with its column without passing through a double. */
const comparable = (
  source: MysqlSource,
  place: Cursor,
): { readonly sql: string; readonly value: unknown } => {
  const [kind, text] = Array.isArray(place) ? (place as readonly Cursor[]) : [];
  if (typeof text === 'string') {
    if (kind === 'integer') return { sql: '?', value: BigInt(text) };
    if (kind === 'decimal') return { sql: 'CAST(? AS DECIMAL(65, 30))', value: text };
    if (kind === 'text') return { sql: '?', value: text };
    if (kind === 'binary') return { sql: '?', value: Buffer.from(text, 'base64') };
  }
  throw plumblineError(
    'SOURCE_UNREADABLE',
    `source ${source.name}: the place to go on from is none of this connector`,
    { details: { source: source.name } },
  );
};

/**
 * The statement that reads a source: a query as it stands, a table by its primary key, and what comes after a
 * position by comparisons that an index over both ordering columns serves; a comparison of rows would not use it.
 */
export const statementOf = (
  source: MysqlSource,
  primaryKey: readonly string[],
  start: Position | null,
): Statement => {
  const { incremental, query } = source;
  if (incremental === undefined) {
    if (query !== undefined) return { sql: query, values: [] };
    const order = primaryKey.length === 0 ? '' : ` ORDER BY ${primaryKey.map(quoted).join(', ')}`;
    return { sql: `SELECT ${columnsOf(source)} FROM ${rowsOf(source)}${order}`, values: [] };
  }
  const [column, tieBreaker] = [quoted(incremental.column), quoted(incremental.tieBreaker)];
  const select =
    `SELECT ${columnsOf(source)} FROM ${rowsOf(source)} AS source_rows ` +
    `WHERE ${column} IS NOT NULL AND ${tieBreaker} IS NOT NULL`;
  const order = ` ORDER BY ${column}, ${tieBreaker}`;
  if (start === null) return { sql: select + order, values: [] };
  const [a, b] = start.after.map((place) => comparable(source, place));
  if (a === undefined || b === undefined) throw new Error('unreachable: a place has two values');
  return {
    sql: `${select} AND ${column} >= ${a.sql} AND (${column} > ${a.sql} OR ${tieBreaker} > ${b.sql})${order}`,
    values: [a.value, a.value, b.value],
  };
};

/** The first row of a source, whichever it is. */
export const firstRowOf = (source: MysqlSource): Statement => ({
  sql: `SELECT ${columnsOf(source)} FROM ${rowsOf(source)} AS source_rows LIMIT 1`,
  values: [],
});
