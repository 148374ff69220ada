import type { Client } from 'pg';
import QueryStream from 'pg-query-stream';
import { type PostgresqlSource, plumblineError } from '../../../../contracts/index.js';
import type { FoundRow, RowReader } from '../databases/pages.js';
import type { Statement } from './select.js';
import { cellValue, type ElementTypes } from './values.js';

interface Field {
  readonly name: string;
  readonly dataTypeID: number;
}

type Cells = readonly (string | null)[];

/** What pg-query-stream keeps under `cursor` (pg-cursor), typed as far as it is used. */
interface PortalCursor {
  read(
    count: number,
    done: (error: Error | undefined, rows: Cells[], result?: { fields: Field[] }) => void,
  ): void;
}

/** Cells stay the server's text: the drivers' own values lose digits of decimals and microseconds. */
const AS_TEXT = { getTypeParser: () => (text: string) => text };

const elementTypes = async (client: Client): Promise<ElementTypes> => {
  const { rows } = await client.query<[number, number]>({
    text: `SELECT a.oid::int8::float8, a.typelem::int8::float8 FROM pg_type a JOIN pg_type e ON e.oid = a.typelem
           WHERE a.typoutput = 'array_out'::regproc AND e.typdelim = ','`,
    rowMode: 'array',
  });
  return new Map(rows.map(([type, element]) => [Number(type), Number(element)]));
};

const indexOf = (source: PostgresqlSource, fields: readonly Field[], name: string): number => {
  const index = fields.findIndex((field) => field.name === name);
  if (index >= 0) return index;
  throw plumblineError('SOURCE_UNREADABLE', `source ${source.name}: there is no column "${name}"`, {
    details: { source: source.name, column: name },
  });
};

/** Opens a portal for the statement; the server works no further than the rows that are asked for. */
export const openRows = async (
  client: Client,
  source: PostgresqlSource,
  { text, values }: Statement,
): Promise<RowReader> => {
  const elements = await elementTypes(client);
  const stream = client.query(new QueryStream(text, [...values], { rowMode: 'array', types: AS_TEXT }));
  const portal = stream.cursor as PortalCursor;
  const fetch = (count: number) =>
    new Promise<{ rows: readonly Cells[]; fields: readonly Field[] }>((resolve, reject) => {
      const broken = (): void => reject(new Error('Connection terminated'));
      client.once('end', broken);
      portal.read(count, (error, rows, result) => {
        client.off('end', broken);
        if (error) reject(error);
        else resolve({ rows, fields: result?.fields ?? [] });
      });
    });
  // One row ahead: its answer also tells the columns.
  let { rows: ahead, fields } = await fetch(1);
  const { incremental } = source;
  const places =
    incremental === undefined
      ? null
      : [incremental.column, incremental.tieBreaker].map((name) => indexOf(source, fields, name));
  const found = (cells: Cells): FoundRow => ({
    values: Object.fromEntries(
      fields.map(({ name, dataTypeID }, index) => [
        name,
        cellValue(cells[index] ?? null, dataTypeID, elements),
      ]),
    ),
    place: places === null ? null : [cells[places[0]!] ?? null, cells[places[1]!] ?? null],
  });
  return {
    columns: fields.map(({ name }) => name),
    next: async (count) => {
      const further = count > ahead.length ? await fetch(count - ahead.length) : { rows: [] };
      const rows = [...ahead, ...further.rows].map(found);
      ahead = [];
      return rows;
    },
  };
};
