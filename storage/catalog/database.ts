import { mkdirSync } from 'node:fs';
import { dirname } from 'node:path';
import { Kysely, SqliteAdapter, SqliteDriver, SqliteIntrospector, SqliteQueryCompiler } from 'kysely';
import Libsql from 'libsql';
import { whenFree } from './errors.js';
import { migrateCatalog } from './migrations.js';
import type { CatalogTables, CatalogTransaction } from './tables.js';

/** Short, since it blocks the event loop; {@link whenFree} does the waiting. */
const BUSY_TIMEOUT_MS = 5;

type LibsqlDatabase = InstanceType<typeof Libsql>;

/**
 * Transactions by `exec`, which finalizes its statements: a prepared BEGIN that fails with SQLITE_BUSY stays
 * open in libsql and pins the connection to an old snapshot, so that it never again could write.
 */
class LibsqlDriver extends SqliteDriver {
  constructor(private readonly database: LibsqlDatabase) {
    super({ database });
  }

  /** Takes the write lock at once: a deferred transaction that reads first could fail at its first write. */
  override async beginTransaction(): Promise<void> {
    this.database.exec('BEGIN IMMEDIATE');
  }

  override async commitTransaction(): Promise<void> {
    this.database.exec('COMMIT');
  }

  /** SQLite has rolled back by itself after SQLITE_FULL and the like; a second time would hide that error. */
  override async rollbackTransaction(): Promise<void> {
    if (this.database.inTransaction) this.database.exec('ROLLBACK');
  }
}

const openFile = (path: string): LibsqlDatabase => {
  const database = new Libsql(path);
  // WAL lets readers go on while one writes; FULL makes a commit survive a power cut.
  for (const pragma of [
    `busy_timeout = ${BUSY_TIMEOUT_MS}`,
    'journal_mode = WAL',
    'synchronous = FULL',
    'foreign_keys = ON',
  ])
    database.prepare(`PRAGMA ${pragma}`).all();
  return database;
};

const kyselyOver = (database: LibsqlDatabase): Kysely<CatalogTables> =>
  new Kysely<CatalogTables>({
    dialect: {
      createDriver: () => new LibsqlDriver(database),
      createAdapter: () => new SqliteAdapter(),
      createQueryCompiler: () => new SqliteQueryCompiler(),
      createIntrospector: (db) => new SqliteIntrospector(db),
    },
  });

/** The catalog's connection: single reads, and write transactions that take turns between all processes. */
export interface CatalogDatabase {
  read<T>(work: (db: Kysely<CatalogTables>) => Promise<T>): Promise<T>;
  write<T>(work: (transaction: CatalogTransaction) => Promise<T>): Promise<T>;
  /** @throws CATALOG_UNAVAILABLE */
  ping(): Promise<void>;
  close(): Promise<void>;
}

/**
 * Opens (and creates) a catalog in one SQLite file, shared by any number of processes of one machine.
 * @throws CATALOG_UNAVAILABLE, DISK_FULL
 */
export const openCatalogDatabase = async (path: string): Promise<CatalogDatabase> => {
  const db = await whenFree(async () => {
    mkdirSync(dirname(path), { recursive: true });
    const database = openFile(path);
    try {
      const opened = kyselyOver(database);
      await opened.transaction().execute(migrateCatalog);
      return opened;
    } catch (thrown) {
      database.close();
      throw thrown;
    }
  });
  return {
    read: (work) => whenFree(() => work(db)),
    write: (work) => whenFree(() => db.transaction().execute(work)),
    ping: async () => {
      await whenFree(() => db.selectFrom('migrations').select('name').limit(1).execute());
    },
    close: () => db.destroy(),
  };
};
