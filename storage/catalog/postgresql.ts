import { Kysely, PostgresDialect, sql, type Transaction } from 'kysely';
import { Pool } from 'pg';
import type { CatalogDatabase } from './database.js';
import { whenFree } from './errors.js';
import { exactTexts } from './exact-texts.js';
import { migrateCatalog } from './migrations.js';
import type { Credentials, ServerPlace } from './server-place.js';
import type { CatalogTables, CatalogTransaction } from './tables.js';

const CONNECTIONS_MAX = 5;
const CONNECT_TIMEOUT_MS = 10_000;
/** Any number, as long as all who write the catalog take the same. */
const WRITE_LOCK = 0x706c756d;

const openPool = (
  { host, port, database, user, tls }: ServerPlace,
  credentials: () => Promise<Credentials>,
  ca: string | undefined,
): Pool => {
  const pool = new Pool({
    host,
    port,
    database,
    user,
    // Asked for at every connection, so that a rotated password is seen.
    password: async () => (await credentials()).password,
    ssl: tls === null ? false : { rejectUnauthorized: true, ...(ca === undefined ? {} : { ca }) },
    max: CONNECTIONS_MAX,
    connectionTimeoutMillis: CONNECT_TIMEOUT_MS,
    application_name: 'plumbline-catalog',
  });
  // A connection that is lost while it rests; the next statement takes another.
  pool.on('error', () => undefined);
  return pool;
};

/**
 * Lets one transaction of all processes write at a time, until it ends: what is read then stays true until the
 * commit, as under SQLite's BEGIN IMMEDIATE. A holder that has stalled is ended by the server.
 */
const takeWriteLock = async (transaction: Transaction<CatalogTables>): Promise<void> => {
  await sql`select set_config('lock_timeout', '5s', true),
    set_config('idle_in_transaction_session_timeout', '30s', true)`.execute(transaction);
  await sql`select pg_advisory_xact_lock(${sql.lit(WRITE_LOCK)})`.execute(transaction);
};

/**
 * Opens a catalog in a PostgreSQL database, shared by any number of processes of any machines.
 * @throws CATALOG_UNAVAILABLE, SECRET_UNRESOLVED
 */
export const openPostgresqlCatalog = async (
  place: ServerPlace,
  credentials: () => Promise<Credentials>,
): Promise<CatalogDatabase> => {
  const { ca } = await credentials();
  const pool = openPool(place, credentials, ca);
  const db = new Kysely<CatalogTables>({
    dialect: new PostgresDialect({ pool }),
    plugins: [exactTexts('collate "C"')],
  });
  const write = <T>(work: (transaction: CatalogTransaction) => Promise<T>): Promise<T> =>
    whenFree(() =>
      // Each statement sees what was committed before it, and so all of the writer before this one.
      db
        .transaction()
        .setIsolationLevel('read committed')
        .execute(async (transaction) => {
          await takeWriteLock(transaction);
          return work(transaction);
        }),
    );
  try {
    await write(migrateCatalog);
  } catch (thrown) {
    await db.destroy();
    throw thrown;
  }
  return {
    read: (work) => whenFree(() => work(db)),
    write,
    ping: async () => {
      await whenFree(() => db.selectFrom('migrations').select('name').limit(1).execute());
    },
    close: () => db.destroy(),
  };
};
