import { Client } from 'pg';
import type { PostgresqlSource } from '../../../contracts/index.js';
import type { Connector, ConnectorContext, Page } from './connector.js';
import { CONNECT_TIMEOUT_MS, type Credentials, overConnection } from './databases/connection.js';
import { pagesOf, positionOf } from './databases/pages.js';
import { postgresqlFault } from './postgresql/faults.js';
import { openRows } from './postgresql/rows.js';
import { firstRowOf, statementOf } from './postgresql/select.js';

const open = (source: PostgresqlSource, { password, ca }: Credentials): Client => {
  const client = new Client({
    host: source.host,
    port: source.port,
    database: source.database,
    user: source.user,
    password,
    ssl: source.tls === undefined ? false : { rejectUnauthorized: true, ...(ca === undefined ? {} : { ca }) },
    connectionTimeoutMillis: CONNECT_TIMEOUT_MS,
    keepAlive: true,
    application_name: 'plumbline',
  });
  // The statement under way fails by itself; without a listener the event would end the process.
  client.on('error', () => undefined);
  return client;
};

/** A session that writes values in one way whatever the server's settings, and a snapshot that cannot write. */
const begin = async (client: Client, { statementTimeoutSeconds }: PostgresqlSource): Promise<void> => {
  await client.connect();
  await client.query(`
    SET client_encoding = 'UTF8'; SET timezone = 'UTC'; SET datestyle = 'ISO'; SET intervalstyle = 'iso_8601';
    SET bytea_output = 'hex'; SET extra_float_digits = 3; SET idle_in_transaction_session_timeout = 0;
    SELECT set_config(name, '10s', false) FROM pg_settings WHERE name = 'client_connection_check_interval';
    SET statement_timeout = ${statementTimeoutSeconds * 1000}; SET default_transaction_read_only = on`);
  // A statement of its own: those above share an implicit transaction, which had begun by then.
  await client.query('BEGIN TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY');
};

const during = <T>(
  source: PostgresqlSource,
  context: ConnectorContext,
  work: (client: Client) => AsyncIterable<T>,
): AsyncGenerator<T> =>
  overConnection(
    source,
    context,
    {
      open: (credentials) => open(source, credentials),
      destroy: (client) => client.end(),
      faultOf: postgresqlFault,
    },
    work,
  );

const pathOf = ({ database, schema, table }: PostgresqlSource): string =>
  `${database}/${table === undefined ? 'query' : schema === undefined ? table : `${schema}.${table}`}`;

/** Rows of PostgreSQL through a portal in a read-only snapshot. */
export const postgresql: Connector<PostgresqlSource> = {
  mode: ({ incremental }) => (incremental === undefined ? 'snapshot' : 'incremental'),
  read: (source, context) =>
    during(source, context, async function* (client): AsyncGenerator<Page> {
      const start = positionOf(source, context.cursor);
      await begin(client, source);
      const rows = await openRows(client, source, await statementOf(client, source, start));
      yield* pagesOf(source, pathOf(source), rows, start);
    }),
  test: async (source, context) => {
    const checks = during(source, context, async function* (client) {
      await begin(client, source);
      const { rows } = await client.query<{ version: string }>(
        "SELECT current_setting('server_version') AS version",
      );
      const { columns } = await openRows(client, source, firstRowOf(source));
      yield { found: `PostgreSQL ${rows[0]?.version ?? ''}`.trim(), fields: columns };
    });
    for await (const check of checks) return check;
    throw new Error('unreachable: the check yields once');
  },
};
