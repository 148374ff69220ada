import type { AliasReader } from '../../stages/monitoring/ports.js';
import type { ObjectStore } from '../../stages/ports.js';
import type { ModelCatalog } from '../../stages/registry/ports.js';
import type { DeploymentReader } from '../../stages/serving/ports.js';
import type { CatalogDatabase } from './database.js';
import { listAliases, listDeployments, moveAlias } from './deployments.js';
import { readManifest, writeManifest } from './manifests.js';
import { publishUnderFence } from './publication.js';
import { listVersions, numberVersion, versionOf } from './versions.js';

/** Versions, aliases and deployments of models over the catalog and the object store. */
export const modelCatalog = (
  database: CatalogDatabase,
  objects: ObjectStore,
): ModelCatalog & AliasReader => ({
  register: (artifact, step) =>
    publishUnderFence({ database, objects }, artifact, step, (transaction, id) =>
      numberVersion(transaction, { id, model: artifact.model, now: step.now }),
    ),
  versions: (model) => database.read((db) => listVersions(db, model)),
  version: (modelVersionId) => database.read((db) => versionOf(db, modelVersionId)),
  aliases: (model) => database.read((db) => listAliases(db, model === undefined ? {} : { model })),
  alias: async (model, alias) => {
    const [state] = await database.read((db) => listAliases(db, { model, alias }));
    return state ?? null;
  },
  deploy: async (deployment, expectedRevision) => {
    const id = await writeManifest(objects, deployment);
    return database.write((transaction) => moveAlias(transaction, deployment, id, expectedRevision));
  },
  deployments: async (model, alias) => {
    const ids = await database.read((db) => listDeployments(db, model, alias));
    return Promise.all(
      ids.map(async (deploymentId) => ({
        ...(await readManifest(objects, 'Deployment', deploymentId)),
        deploymentId,
      })),
    );
  },
});

/** What the inference role reads. */
export const deploymentReader = (database: CatalogDatabase, objects: ObjectStore): DeploymentReader => ({
  current: () => database.read((db) => listAliases(db, {})),
  manifest: (modelVersionId) => readManifest(objects, 'ModelVersion', modelVersionId),
});
