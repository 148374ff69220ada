import { type Client, escapeIdentifier } from 'pg';
import type { PostgresqlSource } from '../../../../contracts/index.js';
import type { Position } from '../databases/pages.js';

export interface Statement {
  readonly text: string;
  readonly values: readonly string[];
}

const columnsOf = ({ columns }: PostgresqlSource): string =>
  columns === undefined ? '*' : columns.map(escapeIdentifier).join(', ');

const tableOf = ({ schema, table }: PostgresqlSource): string =>
  [schema, table].flatMap((part) => (part === undefined ? [] : [escapeIdentifier(part)])).join('.');

/** The query in brackets; a last semicolon would end the whole statement, a comment swallow the bracket. */
const rowsOf = (source: PostgresqlSource): string =>
  source.query === undefined ? tableOf(source) : `(${source.query.replace(/[;\s]+$/, '')}\n)`;

const primaryKeyOf = async (client: Client, source: PostgresqlSource): Promise<readonly string[]> => {
  const { rows } = await client.query<{ name: string }>(
    `SELECT a.attname AS name
     FROM pg_index i CROSS JOIN LATERAL unnest(i.indkey::int2[]) WITH ORDINALITY AS k(number, place)
     JOIN pg_attribute a ON a.attrelid = i.indrelid AND a.attnum = k.number
     WHERE i.indrelid = $1::regclass AND i.indisprimary ORDER BY k.place`,
    [tableOf(source)],
  );
  return rows.map(({ name }) => name);
};

/**
 * The statement that reads a source: a query as it stands, a table by its primary key, and what comes after a
 * position by comparing both ordering columns as a row, which an index over them serves.
 */
export const statementOf = async (
  client: Client,
  source: PostgresqlSource,
  start: Position | null,
): Promise<Statement> => {
  const { incremental, query } = source;
  if (incremental === undefined) {
    if (query !== undefined) return { text: query, values: [] };
    const key = await primaryKeyOf(client, source);
    const order = key.length === 0 ? '' : ` ORDER BY ${key.map(escapeIdentifier).join(', ')}`;
    return { text: `SELECT ${columnsOf(source)} FROM ${tableOf(source)}${order}`, values: [] };
  }
  const [column, tieBreaker] = [incremental.column, incremental.tieBreaker].map(escapeIdentifier);
  const after = start === null ? '' : ` AND (${column}, ${tieBreaker}) > ($1, $2)`;
  return {
    text:
      `SELECT ${columnsOf(source)} FROM ${rowsOf(source)} AS source_rows ` +
      `WHERE ${column} IS NOT NULL AND ${tieBreaker} IS NOT NULL${after} ORDER BY ${column}, ${tieBreaker}`,
    values: start === null ? [] : start.after.map(String),
  };
};

/** The first row of a source, whichever it is. */
export const firstRowOf = (source: PostgresqlSource): Statement => ({
  text: `SELECT ${columnsOf(source)} FROM ${rowsOf(source)} AS source_rows LIMIT 1`,
  values: [],
});
