import type { Kysely } from 'kysely';
import { plumblineError } from '../../contracts/index.js';
import type { Fence } from '../../stages/ports.js';
import type { CatalogTables, CatalogTransaction } from './tables.js';

const holderOf = (db: Kysely<CatalogTables>, key: string) =>
  db
    .selectFrom('fences')
    .selectAll()
    .where('key', '=', key)
    .orderBy('token', 'desc')
    .limit(1)
    .executeTakeFirst();

const fenced = (
  key: string,
  attempt: number,
  newest: { readonly run_id: string; readonly attempt: number },
) =>
  plumblineError(
    'ATTEMPT_FENCED',
    `attempt ${attempt} may not publish: attempt ${newest.attempt} of run ${newest.run_id} has taken over`,
    { details: { key, attempt, holderRunId: newest.run_id, holderAttempt: newest.attempt } },
  );

/** Gives the fence of a key to an attempt, unless a newer attempt of its run has had it. @throws ATTEMPT_FENCED */
export const takeFence = async (
  transaction: CatalogTransaction,
  key: string,
  { runId, attempt }: { readonly runId: string; readonly attempt: number },
): Promise<Fence> => {
  const own = await transaction
    .selectFrom('fences')
    .selectAll()
    .where('key', '=', key)
    .where('run_id', '=', runId)
    .executeTakeFirst();
  if (own !== undefined && own.attempt > attempt) throw fenced(key, attempt, own);
  const holder = await holderOf(transaction, key);
  if (holder !== undefined && holder.run_id === runId && holder.attempt === attempt)
    return { key, runId, attempt, token: holder.token };
  const token = (holder?.token ?? 0) + 1;
  if (own === undefined)
    await transaction.insertInto('fences').values({ key, run_id: runId, attempt, token }).execute();
  else
    await transaction
      .updateTable('fences')
      .set({ attempt, token })
      .where('key', '=', key)
      .where('run_id', '=', runId)
      .execute();
  return { key, runId, attempt, token };
};

/** @throws ATTEMPT_FENCED unless this very fence is the newest of its key. */
export const checkFence = async (db: Kysely<CatalogTables>, fence: Fence): Promise<void> => {
  const holder = await holderOf(db, fence.key);
  if (holder === undefined || holder.token !== fence.token || holder.run_id !== fence.runId)
    throw fenced(fence.key, fence.attempt, holder ?? { run_id: 'unknown', attempt: 0 });
};
