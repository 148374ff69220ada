import type { Kysely } from 'kysely';
import { plumblineError } from '../../contracts/index.js';
import type { ObjectStore } from '../../stages/ports.js';
import type { SourceHeads } from '../../stages/sources/ports.js';
import type { CatalogDatabase } from './database.js';
import { publishUnderFence } from './publication.js';
import type { CatalogTables } from './tables.js';

const headOf = async (
  db: Kysely<CatalogTables>,
  { pipeline, source }: { readonly pipeline: string; readonly source: string },
): Promise<string | null> => {
  const row = await db
    .selectFrom('source_heads')
    .select('batch_id')
    .where('pipeline', '=', pipeline)
    .where('source', '=', source)
    .executeTakeFirst();
  return row?.batch_id ?? null;
};

/** Which batch of a source is the newest, in the catalog; a head moves in the transaction that publishes its batch. */
export const sourceHeads = (database: CatalogDatabase, objects: ObjectStore): SourceHeads => ({
  head: (of) => database.read((db) => headOf(db, of)),
  advance: (batch, step) =>
    publishUnderFence({ database, objects }, batch, step, async (transaction, id) => {
      const { pipeline, source, previous = null } = batch;
      const head = await headOf(transaction, { pipeline, source });
      if (head === id) return id;
      if (head !== previous)
        throw plumblineError(
          'ATTEMPT_FENCED',
          `the newest batch of ${pipeline}/${source} is ${head ?? 'none'} by now, not ${previous ?? 'none'}`,
          { details: { pipeline, source, head, previous } },
        );
      const moved = { batch_id: id, updated_at: step.now };
      await transaction
        .insertInto('source_heads')
        .values({ pipeline, source, ...moved })
        .onConflict((conflict) => conflict.columns(['pipeline', 'source']).doUpdateSet(moved))
        .execute();
      return id;
    }),
});
