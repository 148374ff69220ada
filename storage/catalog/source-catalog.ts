import type { Kysely } from 'kysely';
import { newSourceState, plumblineError, SourceState } from '../../contracts/index.js';
import type { SourceCatalog } from '../../stages/sources/ports.js';
import type { CatalogDatabase } from './database.js';
import type { CatalogTables } from './tables.js';

const stateOf = (row: CatalogTables['sources']): SourceState => {
  const parsed = SourceState.safeParse({
    ...(JSON.parse(row.state) as object),
    name: row.name,
    entry: JSON.parse(row.entry) as unknown,
    createdAt: row.created_at,
  });
  if (parsed.success) return parsed.data;
  throw plumblineError(
    'OBJECT_CORRUPT',
    `the entry of source ${row.name} is none of this version of Plumbline`,
    {
      details: { source: row.name },
    },
  );
};

/** What of a state is written beside the columns. */
const stateJson = ({ name: _, entry: _entry, createdAt: _createdAt, ...state }: SourceState): string =>
  JSON.stringify(state);

const find = (db: Kysely<CatalogTables>, name: string) =>
  db.selectFrom('sources').selectAll().where('name', '=', name).executeTakeFirst();

/** @throws SOURCE_NOT_FOUND */
const get = async (db: Kysely<CatalogTables>, name: string): Promise<SourceState> => {
  const row = await find(db, name);
  if (row !== undefined) return stateOf(row);
  throw plumblineError('SOURCE_NOT_FOUND', `there is no source "${name}" in the catalog`, {
    details: { source: name },
  });
};

/** Sources that stand alone, in the catalog. */
export const sourceCatalog = (database: CatalogDatabase): SourceCatalog => ({
  create: (entry, now) =>
    database.write(async (transaction) => {
      const { name } = entry.source;
      if ((await find(transaction, name)) !== undefined)
        throw plumblineError('SOURCE_EXISTS', `there is a source "${name}" in the catalog`, {
          details: { source: name },
        });
      const state = newSourceState(entry, now);
      await transaction
        .insertInto('sources')
        .values({ name, entry: JSON.stringify(entry), state: stateJson(state), created_at: now })
        .execute();
      return state;
    }),
  list: () =>
    database.read(async (db) =>
      (await db.selectFrom('sources').selectAll().orderBy('name').execute()).map(stateOf),
    ),
  get: (name) => database.read((db) => get(db, name)),
  change: (name, of) =>
    database.write(async (transaction) => {
      const state = await get(transaction, name);
      const changed = { ...state, ...of(state) };
      await transaction
        .updateTable('sources')
        .set({ state: stateJson(changed) })
        .where('name', '=', name)
        .execute();
      return changed;
    }),
  remove: (name) =>
    database.write(async (transaction) => {
      await get(transaction, name);
      await transaction.deleteFrom('sources').where('name', '=', name).execute();
    }),
});
