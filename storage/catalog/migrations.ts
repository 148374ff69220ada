import type { Kysely } from 'kysely';
import type { CatalogTables } from './tables.js';

type Migration = (db: Kysely<CatalogTables>) => Promise<void>;

/** Types that SQLite, PostgreSQL and MySQL share; MySQL needs the lengths of what is a key. */
const ID = 'varchar(64)';
const NAME = 'varchar(255)';
const INSTANT = 'varchar(32)';

const artifactsAndModels: Migration = async (db) => {
  await db.schema
    .createTable('artifacts')
    .addColumn('id', ID, (column) => column.primaryKey())
    .addColumn('kind', NAME, (column) => column.notNull())
    .addColumn('created_at', INSTANT, (column) => column.notNull())
    .execute();
  await db.schema
    .createTable('steps')
    .addColumn('key', NAME, (column) => column.primaryKey())
    .addColumn('kind', NAME, (column) => column.notNull())
    .addColumn('artifact_id', ID, (column) => column.notNull().references('artifacts.id'))
    .addColumn('created_at', INSTANT, (column) => column.notNull())
    .execute();
  await db.schema
    .createTable('fences')
    .addColumn('key', NAME, (column) => column.notNull())
    .addColumn('run_id', NAME, (column) => column.notNull())
    .addColumn('attempt', 'integer', (column) => column.notNull())
    .addColumn('token', 'integer', (column) => column.notNull())
    .addPrimaryKeyConstraint('fences_pk', ['key', 'run_id'])
    .addUniqueConstraint('fences_token', ['key', 'token'])
    .execute();
  await db.schema
    .createTable('model_versions')
    .addColumn('id', ID, (column) => column.primaryKey().references('artifacts.id'))
    .addColumn('model', NAME, (column) => column.notNull())
    .addColumn('version', 'integer', (column) => column.notNull())
    .addColumn('created_at', INSTANT, (column) => column.notNull())
    .addUniqueConstraint('model_versions_number', ['model', 'version'])
    .execute();
  await db.schema
    .createTable('deployments')
    .addColumn('id', ID, (column) => column.primaryKey().references('artifacts.id'))
    .addColumn('model', NAME, (column) => column.notNull())
    .addColumn('alias', NAME, (column) => column.notNull())
    .addColumn('seq', 'integer', (column) => column.notNull())
    .addColumn('model_version_id', ID, (column) => column.notNull().references('model_versions.id'))
    .addColumn('created_at', INSTANT, (column) => column.notNull())
    .addUniqueConstraint('deployments_seq', ['model', 'alias', 'seq'])
    .execute();
  await db.schema
    .createTable('aliases')
    .addColumn('model', NAME, (column) => column.notNull())
    .addColumn('alias', NAME, (column) => column.notNull())
    .addColumn('model_version_id', ID, (column) => column.notNull().references('model_versions.id'))
    .addColumn('deployment_id', ID, (column) => column.notNull().references('deployments.id'))
    .addColumn('revision', 'integer', (column) => column.notNull())
    .addColumn('updated_at', INSTANT, (column) => column.notNull())
    .addPrimaryKeyConstraint('aliases_pk', ['model', 'alias'])
    .execute();
};

const sourceHeads: Migration = async (db) => {
  await db.schema
    .createTable('source_heads')
    .addColumn('pipeline', NAME, (column) => column.notNull())
    .addColumn('source', NAME, (column) => column.notNull())
    .addColumn('batch_id', ID, (column) => column.notNull().references('artifacts.id'))
    .addColumn('updated_at', INSTANT, (column) => column.notNull())
    .addPrimaryKeyConstraint('source_heads_pk', ['pipeline', 'source'])
    .execute();
};

const sources: Migration = async (db) => {
  await db.schema
    .createTable('sources')
    .addColumn('name', NAME, (column) => column.primaryKey())
    .addColumn('entry', 'text', (column) => column.notNull())
    .addColumn('state', 'text', (column) => column.notNull())
    .addColumn('created_at', INSTANT, (column) => column.notNull())
    .execute();
};

/** The row of `migrations` that every catalog has. */
export const FIRST_MIGRATION = '0001_artifacts_and_models';

/** Applied in this order; a released one never changes. */
const MIGRATIONS: readonly { readonly name: string; readonly up: Migration }[] = [
  { name: FIRST_MIGRATION, up: artifactsAndModels },
  { name: '0002_source_heads', up: sourceHeads },
  { name: '0003_sources', up: sources },
];

/**
 * Brings the catalog to the newest schema.
 * @param db a transaction that holds the write lock, so that of many processes each sees a whole schema
 */
export const migrateCatalog: Migration = async (db) => {
  await db.schema
    .createTable('migrations')
    .ifNotExists()
    .addColumn('name', NAME, (column) => column.primaryKey())
    .execute();
  const applied = await db.selectFrom('migrations').select('name').execute();
  for (const { name, up } of MIGRATIONS) {
    if (applied.some((row) => row.name === name)) continue;
    await up(db);
    await db.insertInto('migrations').values({ name }).execute();
  }
};
