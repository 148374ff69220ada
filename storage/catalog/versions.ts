import type { Kysely } from 'kysely';
import { plumblineError } from '../../contracts/index.js';
import type { RegisteredVersion } from '../../stages/registry/ports.js';
import type { CatalogTables, CatalogTransaction } from './tables.js';

const asVersion = (row: CatalogTables['model_versions']): RegisteredVersion => ({
  modelVersionId: row.id,
  model: row.model,
  version: row.version,
  createdAt: row.created_at,
});

const find = async (db: Kysely<CatalogTables>, id: string): Promise<RegisteredVersion | null> => {
  const row = await db.selectFrom('model_versions').selectAll().where('id', '=', id).executeTakeFirst();
  return row === undefined ? null : asVersion(row);
};

/** @throws MODEL_NOT_FOUND */
export const versionOf = async (db: Kysely<CatalogTables>, id: string): Promise<RegisteredVersion> => {
  const found = await find(db, id);
  if (found === null)
    throw plumblineError('MODEL_NOT_FOUND', `no model version ${id} is registered`, {
      details: { modelVersionId: id },
    });
  return found;
};

/** By model name, then by number. */
export const listVersions = async (
  db: Kysely<CatalogTables>,
  model?: string,
): Promise<readonly RegisteredVersion[]> => {
  const all = db.selectFrom('model_versions').selectAll().orderBy('model').orderBy('version');
  const rows = await (model === undefined ? all : all.where('model', '=', model)).execute();
  return rows.map(asVersion);
};

/** Gives a published model version the next number of its model; one that has a number keeps it. */
export const numberVersion = async (
  transaction: CatalogTransaction,
  { id, model, now }: { readonly id: string; readonly model: string; readonly now: string },
): Promise<RegisteredVersion> => {
  const numbered = await find(transaction, id);
  if (numbered !== null) return numbered;
  const last = await transaction
    .selectFrom('model_versions')
    .select((select) => select.fn.max('version').as('version'))
    .where('model', '=', model)
    .executeTakeFirst();
  const row = { id, model, version: (last?.version ?? 0) + 1, created_at: now };
  await transaction.insertInto('model_versions').values(row).execute();
  return asVersion(row);
};
