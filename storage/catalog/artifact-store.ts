import type { ArtifactStore, ObjectStore } from '../../stages/ports.js';
import type { CatalogDatabase } from './database.js';
import { takeFence } from './fences.js';
import { readManifest } from './manifests.js';
import { publishUnderFence } from './publication.js';

/** Manifests in the object store; which step made which, and who may publish, in the catalog. */
export const artifactStore = (database: CatalogDatabase, objects: ObjectStore): ArtifactStore => ({
  findStep: (stepKey) =>
    database.read(async (db) => {
      const step = await db
        .selectFrom('steps')
        .select('artifact_id')
        .where('key', '=', stepKey)
        .executeTakeFirst();
      return step?.artifact_id ?? null;
    }),
  get: (kind, id) => readManifest(objects, kind, id),
  acquireFence: (key, holder) => database.write((transaction) => takeFence(transaction, key, holder)),
  publish: (artifact, step) =>
    publishUnderFence({ database, objects }, artifact, step, (_transaction, id) => Promise.resolve(id)),
});
