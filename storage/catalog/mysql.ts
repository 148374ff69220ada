import { CompiledQuery, Kysely, MysqlDialect, sql } from 'kysely';
import { createPool, type Pool } from 'mysql2';
import type { CatalogDatabase } from './database.js';
import { whenFree } from './errors.js';
import { exactTexts } from './exact-texts.js';
import { FIRST_MIGRATION, migrateCatalog } from './migrations.js';
import { mysqlStatements } from './mysql-statements.js';
import type { Credentials, ServerPlace } from './server-place.js';
import type { CatalogTables, CatalogTransaction } from './tables.js';

const CONNECTIONS_MAX = 5;
const CONNECT_TIMEOUT_MS = 10_000;
const MIGRATION_LOCK = 'plumbline-catalog-migration';
const MIGRATION_SECONDS_MAX = 60;

const openPool = ({ host, port, database, user, tls }: ServerPlace, { password, ca }: Credentials): Pool =>
  createPool({
    host,
    port,
    database,
    user,
    password,
    charset: 'utf8mb4',
    flags: ['-LOCAL_FILES'],
    connectionLimit: CONNECTIONS_MAX,
    connectTimeout: CONNECT_TIMEOUT_MS,
    ...(tls === null
      ? {}
      : { ssl: { rejectUnauthorized: true, verifyIdentity: true, ...(ca === undefined ? {} : { ca }) } }),
  });

/** Texts that compare by their bytes, trailing spaces included; the two servers name that collation differently. */
const exactCollation = async (pool: Pool): Promise<string> => {
  const db = new Kysely<CatalogTables>({ dialect: new MysqlDialect({ pool }) });
  const { rows } = await sql<{ version: string }>`select version() as version`.execute(db);
  return rows[0]?.version.includes('MariaDB') === true ? 'utf8mb4_nopad_bin' : 'utf8mb4_0900_bin';
};

const openTables = (pool: Pool, collation: string): Kysely<CatalogTables> =>
  new Kysely<CatalogTables>({
    dialect: new MysqlDialect({
      pool,
      // Outside the strict mode a text that is too long is cut, and the cut one stored.
      onCreateConnection: async (connection) => {
        await connection.executeQuery(
          CompiledQuery.raw("set session sql_mode = 'TRADITIONAL', innodb_lock_wait_timeout = 5"),
        );
      },
    }),
    plugins: [exactTexts(`character set utf8mb4 collate ${collation}`), mysqlStatements()],
  });

/** Under a lock of the session, since DDL ends a transaction and the locks of its rows with it. */
const migrate = (db: Kysely<CatalogTables>): Promise<void> =>
  db.connection().execute(async (connection) => {
    const { rows } = await sql<{ taken: number | null }>`
      select get_lock(${MIGRATION_LOCK}, ${MIGRATION_SECONDS_MAX}) as taken`.execute(connection);
    if (rows[0]?.taken !== 1)
      throw Object.assign(new Error('others migrate it'), { code: 'ER_LOCK_WAIT_TIMEOUT' });
    try {
      await migrateCatalog(connection);
    } finally {
      await sql`select release_lock(${MIGRATION_LOCK})`.execute(connection);
    }
  });

/**
 * Opens a catalog in a MySQL or MariaDB database, shared by any number of processes of any machines.
 * @throws CATALOG_UNAVAILABLE
 */
export const openMysqlCatalog = async (
  place: ServerPlace,
  credentials: () => Promise<Credentials>,
): Promise<CatalogDatabase> => {
  const pool = openPool(place, await credentials());
  const open = async (): Promise<Kysely<CatalogTables>> => {
    const db = openTables(pool, await exactCollation(pool));
    await migrate(db);
    return db;
  };
  const db = await whenFree(open).catch((thrown: unknown) => {
    pool.end(() => undefined);
    throw thrown;
  });
  return {
    read: (work) => whenFree(() => work(db)),
    write: <T>(work: (transaction: CatalogTransaction) => Promise<T>) =>
      whenFree(() =>
        // Each statement sees what was committed before it, and so all of the writer before this one.
        db
          .transaction()
          .setIsolationLevel('read committed')
          .execute(async (transaction) => {
            // One row that all writers lock first: one transaction of all processes writes at a time.
            await transaction
              .selectFrom('migrations')
              .select('name')
              .where('name', '=', FIRST_MIGRATION)
              .forUpdate()
              .execute();
            return work(transaction);
          }),
      ),
    ping: async () => {
      await whenFree(() => db.selectFrom('migrations').select('name').limit(1).execute());
    },
    close: () => db.destroy(),
  };
};
