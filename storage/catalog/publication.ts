import { type Artifact, plumblineError } from '../../contracts/index.js';
import type { Fence, ObjectStore } from '../../stages/ports.js';
import type { CatalogDatabase } from './database.js';
import { checkFence } from './fences.js';
import { writeManifest } from './manifests.js';
import type { CatalogTransaction } from './tables.js';

export interface Step {
  readonly key: string;
  readonly fence: Fence;
  readonly now: string;
}

/** Notes a published artifact; once more changes nothing. */
export const rememberArtifact = async (
  transaction: CatalogTransaction,
  { kind, id, now }: { readonly kind: string; readonly id: string; readonly now: string },
): Promise<void> => {
  await transaction
    .insertInto('artifacts')
    .values({ id, kind, created_at: now })
    .onConflict((conflict) => conflict.column('id').doNothing())
    .execute();
};

/** A step is finished once: who brings another artifact for it came too late. */
const rememberStep = async (
  transaction: CatalogTransaction,
  {
    kind,
    id,
    key,
    now,
  }: { readonly kind: string; readonly id: string; readonly key: string; readonly now: string },
): Promise<void> => {
  const finished = await transaction
    .selectFrom('steps')
    .select('artifact_id')
    .where('key', '=', key)
    .executeTakeFirst();
  if (finished?.artifact_id === id) return;
  if (finished !== undefined)
    throw plumblineError(
      'ATTEMPT_FENCED',
      `the step had been finished with artifact ${finished.artifact_id}`,
      {
        details: { key, artifact: finished.artifact_id, refused: id },
      },
    );
  await transaction.insertInto('steps').values({ key, kind, artifact_id: id, created_at: now }).execute();
};

/**
 * Publishes under a fence: the manifest first, then the check of the fence, the step's memory and `further`
 * in one transaction. The fence is also looked at before, so that a stalled attempt that wakes up leaves
 * nothing behind. A manifest whose transaction is refused stays in the object store, named by nobody.
 * @throws ATTEMPT_FENCED
 */
export const publishUnderFence = async <T>(
  { database, objects }: { readonly database: CatalogDatabase; readonly objects: ObjectStore },
  artifact: Artifact,
  step: Step,
  further: (transaction: CatalogTransaction, id: string) => Promise<T>,
): Promise<T> => {
  await database.read((db) => checkFence(db, step.fence));
  const id = await writeManifest(objects, artifact);
  return database.write(async (transaction) => {
    await checkFence(transaction, step.fence);
    await rememberArtifact(transaction, { kind: artifact.kind, id, now: step.now });
    await rememberStep(transaction, { kind: artifact.kind, id, key: step.key, now: step.now });
    return further(transaction, id);
  });
};
