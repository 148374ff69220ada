import { type ClickHouseClient, ClickHouseLogLevel, createClient } from '@clickhouse/client';
import type { z } from 'zod';
import { plumblineError } from '../../contracts/index.js';
import { insertChunks } from './chunks.js';
import { clickHouseError, isSchemaMissing } from './errors.js';
import { migrateRows } from './migrate.js';
import { fromColumns, toColumns } from './naming.js';
import { checkNumbers } from './numbers.js';

/** A question to the row store as a value: SQL, what it is asked with, and what a row of the answer is. */
export interface RowQuery<P extends Record<string, unknown>, R> {
  /** For logs and traces; also the statement's log comment at the server. */
  readonly name: string;
  readonly sql: string;
  readonly params: z.ZodType<P>;
  /** Of rows whose columns have been renamed to camelCase. */
  readonly row: z.ZodType<R>;
  /** More rows than this are an error, never a silent cut. */
  readonly rowsMax: number;
  readonly secondsMax: number;
}

/** A statement that gives no rows back. */
export interface RowStatement<P extends Record<string, unknown>> {
  readonly name: string;
  readonly sql: string;
  readonly params: z.ZodType<P>;
  readonly secondsMax: number;
}

/** Lets TypeScript infer the types of a query. */
export const rowQuery = <P extends Record<string, unknown>, R>(query: RowQuery<P, R>): RowQuery<P, R> =>
  query;

export interface RowStore {
  /** @throws CLICKHOUSE_UNREACHABLE, TIMEOUT, INTERNAL with the ClickHouse code */
  read<P extends Record<string, unknown>, R>(query: RowQuery<P, R>, params: P): Promise<readonly R[]>;
  /** @throws as `read`, and DISK_FULL */
  run<P extends Record<string, unknown>>(statement: RowStatement<P>, params: P): Promise<void>;
  /** Rows in camelCase, in chunks; a chunk is kept as a whole or not at all. @throws as `read`, and DISK_FULL */
  insert(table: string, rows: readonly object[]): Promise<void>;
  /** @throws CLICKHOUSE_UNREACHABLE */
  ping(): Promise<void>;
  close(): Promise<void>;
}

export interface RowStoreOptions {
  readonly url: string;
  readonly database: string;
  readonly user: string;
  /** Asked once at the first use. */
  readonly password: () => Promise<string>;
  readonly requestTimeoutMs?: number;
}

/** Longer than every query's own limit, so that the server's answer comes first. */
const REQUEST_TIMEOUT_MS = 90_000;
const PING_TIMEOUT_MS = 2_000;
/** Keep-alive sockets of a process to one server. */
const CONNECTIONS_MAX = 8;

const READ_SETTINGS = {
  date_time_output_format: 'iso',
  output_format_json_quote_64bit_integers: 0,
  result_overflow_mode: 'throw',
} as const;

const INSERT_SETTINGS = {
  date_time_input_format: 'best_effort',
  // One HTTP body becomes one block, and what is no number is an error rather than a zero.
  input_format_parallel_parsing: 0,
  input_format_null_as_default: 0,
  async_insert: 0,
} as const;

/**
 * The row store over ClickHouse's HTTP interface. Nothing is asked of the server before the first use; the
 * database and its tables are made then, and again when the server has lost them.
 */
export const openRowStore = (options: RowStoreOptions): RowStore => {
  const { url, database } = options;
  let connecting: Promise<ClickHouseClient> | undefined;
  let ready: Promise<ClickHouseClient> | undefined;

  const connect = async (): Promise<ClickHouseClient> =>
    createClient({
      url,
      username: options.user,
      password: await options.password(),
      request_timeout: options.requestTimeoutMs ?? REQUEST_TIMEOUT_MS,
      max_open_connections: CONNECTIONS_MAX,
      log: { level: ClickHouseLogLevel.OFF },
    });

  /** Forgets a promise that failed, so that the next call tries again. */
  const client = (): Promise<ClickHouseClient> => {
    connecting ??= connect().catch((thrown: unknown) => {
      connecting = undefined;
      throw thrown;
    });
    return connecting;
  };

  const withSchema = (): Promise<ClickHouseClient> => {
    ready ??= client()
      .then(async (connected) => {
        await migrateRows(connected, database);
        return connected;
      })
      .catch((thrown: unknown) => {
        ready = undefined;
        throw thrown;
      });
    return ready;
  };

  const attempt = async <T>(name: string, work: (connected: ClickHouseClient) => Promise<T>): Promise<T> => {
    try {
      const connected = await withSchema();
      try {
        return await work(connected);
      } catch (thrown) {
        if (!isSchemaMissing(thrown)) throw thrown;
        ready = undefined;
        return await work(await withSchema());
      }
    } catch (thrown) {
      throw clickHouseError(thrown, name, url);
    }
  };

  const parseRow = <R>(name: string, schema: z.ZodType<R>, row: object): R => {
    const parsed = schema.safeParse(fromColumns(row));
    if (parsed.success) return parsed.data;
    const issues = parsed.error.issues.map((issue) => `${issue.path.join('.')}: ${issue.code}`);
    throw plumblineError('INTERNAL', `${name}: a row does not fit its schema: ${issues.join('; ')}`, {
      details: { query: name, issues },
    });
  };

  return {
    read: (query, params) =>
      attempt(query.name, async (connected) => {
        const result = await connected.query({
          query: query.sql,
          format: 'JSONEachRow',
          query_params: { ...query.params.parse(params), database },
          clickhouse_settings: {
            ...READ_SETTINGS,
            log_comment: query.name,
            max_result_rows: String(query.rowsMax),
            max_execution_time: query.secondsMax,
          },
        });
        const rows = [];
        for await (const batch of result.stream<object>())
          for (const row of batch) rows.push(parseRow(query.name, query.row, row.json()));
        return rows;
      }),
    run: (statement, params) =>
      attempt(statement.name, async (connected) => {
        await connected.command({
          query: statement.sql,
          query_params: { ...statement.params.parse(params), database },
          clickhouse_settings: { log_comment: statement.name, max_execution_time: statement.secondsMax },
        });
      }),
    insert: async (table, rows) => {
      for (const chunk of insertChunks(rows))
        await attempt(`insert into ${table}`, (connected) =>
          connected.insert({
            table: `${database}.${table}`,
            values: chunk.map((row) => toColumns(checkNumbers(table, row))),
            format: 'JSONEachRow',
            clickhouse_settings: { ...INSERT_SETTINGS, log_comment: `insert into ${table}` },
          }),
        );
    },
    ping: async () => {
      try {
        const connected = await client();
        const result = await connected.ping({
          select: true,
          abort_signal: AbortSignal.timeout(PING_TIMEOUT_MS),
        });
        if (!result.success) throw result.error;
      } catch (thrown) {
        throw clickHouseError(thrown, 'ping', url);
      }
    },
    close: async () => {
      // One that never connected has nothing to close.
      await connecting?.then((connected) => connected.close()).catch(() => undefined);
    },
  };
};
