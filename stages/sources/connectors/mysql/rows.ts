import type { Duplex, Readable } from 'node:stream';
import type { Connection } from 'mysql2';
import { type MysqlSource, plumblineError } from '../../../../contracts/index.js';
import type { FoundRow, Place, RowReader } from '../databases/pages.js';
import type { Statement } from './select.js';
import { type Column, cellValue, orderKindOf } from './values.js';

type Cells = readonly (Buffer | null)[];

/** Rows that the driver reads ahead of the page that is being made. */
const ROWS_AHEAD = 16;

/** The socket under a connection, which the driver's types leave out. */
export const socketOf = (connection: Connection): Duplex =>
  (connection as unknown as { readonly stream: Duplex }).stream;

/** A small result as a whole. */
export const queryAll = (
  connection: Connection,
  sql: string,
  values: readonly unknown[] = [],
): Promise<readonly Readonly<Record<string, unknown>>[]> =>
  new Promise((resolve, reject) => {
    connection.query(sql, [...values], (error, rows) => {
      if (error !== null) reject(error);
      else resolve(Array.isArray(rows) ? (rows as Record<string, unknown>[]) : []);
    });
  });

const refuse = (source: MysqlSource, name: string, found: string) =>
  plumblineError('SOURCE_UNREADABLE', `source ${source.name}: ${found}`, {
    details: { source: source.name, column: name },
  });

type Placing = (cells: Cells) => Place | null;

/** Finds the ordering columns among the result's. @throws SOURCE_UNREADABLE when one is missing or has no exact order */
const placing = (source: MysqlSource, columns: readonly Column[]): Placing => {
  const { incremental } = source;
  if (incremental === undefined) return () => null;
  const readers = [incremental.column, incremental.tieBreaker].map((name) => {
    const index = columns.findIndex((column) => column.name === name);
    const column = columns[index];
    if (column === undefined) throw refuse(source, name, `there is no column "${name}"`);
    const kind = orderKindOf(column);
    if (kind === null)
      throw refuse(source, name, `column "${name}" is of a type that a collection cannot go on from`);
    const encoding = kind === 'binary' ? 'base64' : 'utf8';
    return (cells: Cells) => [kind, (cells[index] ?? Buffer.alloc(0)).toString(encoding)];
  });
  return (cells) => [readers[0]!(cells), readers[1]!(cells)];
};

/** Sends the statement; the server's rows are taken from the socket as they are asked for. */
export const openRows = async (
  connection: Connection,
  source: MysqlSource,
  { sql, values }: Statement,
): Promise<RowReader> => {
  // Cells stay the server's bytes: the driver's own values lose digits and microseconds.
  const query = connection.query({
    sql,
    values: [...values],
    rowsAsArray: true,
    typeCast: (field) => field.buffer(),
  });
  let columns: readonly Column[] = [];
  query.once('fields', (fields) => {
    columns = (fields ?? []) as unknown as Column[];
  });
  const stream: Readable = query.stream({ highWaterMark: ROWS_AHEAD });
  // The driver tells the loss of a connection to the connection alone, and the stream would wait for ever.
  connection.once('error', (error: Error) => stream.destroy(error));
  socketOf(connection).once('close', () => stream.destroy(new Error('the connection is closed')));
  const rows = stream[Symbol.asyncIterator]() as AsyncIterator<Cells>;
  // The columns are told before the first row, and also when there is none.
  let ahead: IteratorResult<Cells> | null = await rows.next();
  const placeOf = placing(source, columns);
  const found = (cells: Cells): FoundRow => ({
    values: Object.fromEntries(
      columns.map((column, index) => [column.name, cellValue(cells[index] ?? null, column)]),
    ),
    place: placeOf(cells),
  });
  return {
    columns: columns.map(({ name }) => name),
    next: async (count) => {
      const page: FoundRow[] = [];
      while (page.length < count) {
        const row = ahead ?? (await rows.next());
        ahead = row.done === true ? row : null;
        if (row.done === true) break;
        page.push(found(row.value));
      }
      return page;
    },
  };
};
