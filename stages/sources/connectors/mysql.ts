import { type Connection, createConnection } from 'mysql2';
import type { MysqlSource } from '../../../contracts/index.js';
import type { Connector, ConnectorContext, Page } from './connector.js';
import { CONNECT_TIMEOUT_MS, type Credentials, overConnection } from './databases/connection.js';
import { pagesOf, positionOf } from './databases/pages.js';
import { mysqlFault } from './mysql/faults.js';
import { openRows, queryAll, socketOf } from './mysql/rows.js';
import { firstRowOf, statementOf } from './mysql/select.js';

const open = (source: MysqlSource, { password, ca }: Credentials): Connection => {
  const connection = createConnection({
    host: source.host,
    port: source.port,
    database: source.database,
    user: source.user,
    password,
    charset: 'utf8mb4',
    connectTimeout: CONNECT_TIMEOUT_MS,
    // The server may ask for a local file in answer to any statement.
    flags: ['-LOCAL_FILES'],
    ...(source.tls === undefined
      ? {}
      : { ssl: { rejectUnauthorized: true, verifyIdentity: true, ...(ca === undefined ? {} : { ca }) } }),
  });
  // The statement under way fails by itself; without a listener the event would end the process.
  connection.on('error', () => undefined);
  return connection;
};

/** A session that writes values in one way whatever the server's settings, and a snapshot that cannot write. */
const begin = async (connection: Connection, source: MysqlSource): Promise<string> => {
  const seconds = source.statementTimeoutSeconds;
  const [answer] = await queryAll(connection, 'SELECT VERSION() AS version');
  const version = String(answer?.['version']);
  const limit = version.includes('MariaDB')
    ? `max_statement_time = ${seconds}`
    : `max_execution_time = ${seconds * 1000}`;
  // The server waits this long for a reader that is busy with the page it has.
  await queryAll(connection, `SET SESSION time_zone = '+00:00', ${limit}, net_write_timeout = ${seconds}`);
  await queryAll(connection, 'SET SESSION TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY');
  await queryAll(connection, 'START TRANSACTION WITH CONSISTENT SNAPSHOT, READ ONLY');
  return version;
};

const primaryKeyOf = async (connection: Connection, { table }: MysqlSource): Promise<readonly string[]> => {
  if (table === undefined) return [];
  const rows = await queryAll(
    connection,
    `SELECT column_name AS name FROM information_schema.key_column_usage
     WHERE constraint_name = 'PRIMARY' AND table_schema = DATABASE() AND table_name = ? ORDER BY ordinal_position`,
    [table],
  );
  return rows.map(({ name }) => String(name));
};

const during = <T>(
  source: MysqlSource,
  context: ConnectorContext,
  work: (connection: Connection) => AsyncIterable<T>,
): AsyncGenerator<T> =>
  overConnection(
    source,
    context,
    {
      open: (credentials) => open(source, credentials),
      destroy: (connection) => {
        connection.destroy();
        // The driver only ends its own half, and a statement under way would be waited for.
        socketOf(connection).destroy(new Error('the connection is closed'));
      },
      faultOf: mysqlFault,
    },
    work,
  );

/** Rows of MySQL and MariaDB, as they come from the socket, of a read-only snapshot. */
export const mysql: Connector<MysqlSource> = {
  mode: ({ incremental }) => (incremental === undefined ? 'snapshot' : 'incremental'),
  read: (source, context) =>
    during(source, context, async function* (connection): AsyncGenerator<Page> {
      const start = positionOf(source, context.cursor);
      await begin(connection, source);
      const statement = statementOf(source, await primaryKeyOf(connection, source), start);
      const rows = await openRows(connection, source, statement);
      yield* pagesOf(source, `${source.database}/${source.table ?? 'query'}`, rows, start);
    }),
  test: async (source, context) => {
    const checks = during(source, context, async function* (connection) {
      const version = await begin(connection, source);
      const { columns } = await openRows(connection, source, firstRowOf(source));
      const product = version.includes('MariaDB') ? 'MariaDB' : 'MySQL';
      yield { found: `${product} ${version.split('-')[0] ?? ''}`, fields: columns };
    });
    for await (const check of checks) return check;
    throw new Error('unreachable: the check yields once');
  },
};
