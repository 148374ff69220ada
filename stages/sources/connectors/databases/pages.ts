import { plumblineError, type Source } from '../../../../contracts/index.js';
import { rowRecord } from '../../formats/row.js';
import type { Cursor, Page, RawRecord } from '../connector.js';

/** What the values of a row's two ordering columns are, so that they come back into a comparison as they were. */
export type Place = readonly [column: Cursor, tieBreaker: Cursor];

export interface FoundRow {
  readonly values: Readonly<Record<string, unknown>>;
  /** Null in a snapshot. */
  readonly place: Place | null;
}

/** An open result, read from front to back. */
export interface RowReader {
  /** The columns of every row, in order; empty where rows have none in common. */
  readonly columns: readonly string[];
  /** The next rows, at most `count`; none at the end. */
  next(count: number): Promise<readonly FoundRow[]>;
}

/** Where an incremental reading goes on. */
export interface Position {
  /** Ordinal of the next record. */
  readonly position: number;
  readonly after: Place;
  /** The columns that there were; null where their names are too many to be kept. */
  readonly columns: readonly string[] | null;
}

const FIRST_PAGE_ROWS = 16;
const PAGE_BYTES_MAX = 16 * 1024 * 1024;
const COLUMN_NAMES_BYTES_MAX = 8 * 1024;
const CURSOR_BYTES_MAX = 16 * 1024;

type Settings = Pick<Source, 'name' | 'recordBytesMax'> & {
  readonly pageRows: number;
  readonly incremental?: { readonly column: string; readonly tieBreaker: string } | undefined;
};

const unreadable = (source: Pick<Source, 'name'>, found: string) =>
  plumblineError('SOURCE_UNREADABLE', `source ${source.name}: ${found}`, {
    details: { source: source.name },
  });

/** The place in a cursor that {@link pagesOf} made, or null to begin. @throws SOURCE_UNREADABLE */
export const positionOf = (source: Settings, cursor: Cursor): Position | null => {
  if (cursor === null || source.incremental === undefined) return null;
  const { position, after, columns } = cursor as unknown as Partial<Position>;
  if (typeof position !== 'number' || !Array.isArray(after) || after.length !== 2 || columns === undefined)
    throw unreadable(source, 'the place to go on from is none of this connector');
  return { position, after: after as unknown as Place, columns };
};

const cursorOf = (source: Settings, position: Position): Cursor => {
  const cursor = { ...position } as unknown as Cursor;
  if (Buffer.byteLength(JSON.stringify(cursor)) > CURSOR_BYTES_MAX)
    throw unreadable(
      source,
      'the values of `incremental.column` and `tieBreaker` are too long to go on from',
    );
  return cursor;
};

/** @throws SOURCE_UNREADABLE when a name stands twice, or a column of earlier collections has vanished */
const checkColumns = (source: Settings, columns: readonly string[], start: Position | null): void => {
  const twice = columns.find((column, index) => columns.indexOf(column) !== index);
  if (twice !== undefined)
    throw unreadable(source, `two columns are named "${twice}"; name them apart with AS`);
  const vanished = (start?.columns ?? []).filter((column) => !columns.includes(column));
  if (vanished.length > 0)
    throw unreadable(
      source,
      `columns that earlier collections had are gone: ${vanished.join(', ')}; bring them back, or collect under another source name`,
    );
};

/**
 * The rows as records in pages, each with the place after its last row. A page holds about 16 MiB: its length
 * follows the largest row so far, beginning with 16 rows.
 * @throws SOURCE_UNREADABLE, SOURCE_EMPTY when a snapshot has no row
 */
export async function* pagesOf(
  source: Settings,
  path: string,
  reader: RowReader,
  start: Position | null,
): AsyncGenerator<Page> {
  checkColumns(source, reader.columns, start);
  const keepsNames = Buffer.byteLength(JSON.stringify(reader.columns)) <= COLUMN_NAMES_BYTES_MAX;
  let position = start?.position ?? 0;
  let largest = 1;
  let count = Math.min(FIRST_PAGE_ROWS, source.pageRows);
  for (;;) {
    const rows = await reader.next(count);
    const last = rows.at(-1);
    if (last === undefined) break;
    const records = rows.map(
      ({ values }): RawRecord => ({
        path,
        position: position++,
        format: 'jsonl',
        ...rowRecord(values, source.recordBytesMax),
      }),
    );
    const columns = keepsNames ? reader.columns : null;
    yield {
      records,
      cursor: last.place === null ? null : cursorOf(source, { position, after: last.place, columns }),
    };
    for (const { bytes } of records) largest = Math.max(largest, bytes);
    count = Math.max(1, Math.min(count * 4, source.pageRows, Math.floor(PAGE_BYTES_MAX / largest)));
  }
  if (position === 0 && source.incremental === undefined)
    throw plumblineError('SOURCE_EMPTY', `source ${source.name}: ${path} has no row`, {
      details: { source: source.name, path },
    });
}
