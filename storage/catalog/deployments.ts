import type { Kysely } from 'kysely';
import { type Deployment, plumblineError } from '../../contracts/index.js';
import type { AliasState } from '../../stages/registry/ports.js';
import { rememberArtifact } from './publication.js';
import type { CatalogTables, CatalogTransaction } from './tables.js';
import { versionOf } from './versions.js';

/** Aliases as they stand, by model and alias. */
export const listAliases = async (
  db: Kysely<CatalogTables>,
  only: { readonly model?: string; readonly alias?: string },
): Promise<readonly AliasState[]> => {
  let query = db
    .selectFrom('aliases')
    .innerJoin('model_versions', 'model_versions.id', 'aliases.model_version_id')
    .select([
      'aliases.model as model',
      'aliases.alias as alias',
      'aliases.model_version_id as modelVersionId',
      'model_versions.version as version',
      'aliases.deployment_id as deploymentId',
      'aliases.revision as revision',
      'aliases.updated_at as updatedAt',
    ])
    .orderBy('aliases.model')
    .orderBy('aliases.alias');
  if (only.model !== undefined) query = query.where('aliases.model', '=', only.model);
  if (only.alias !== undefined) query = query.where('aliases.alias', '=', only.alias);
  return query.execute();
};

/** Ids of the deployments of an alias, newest first. */
export const listDeployments = async (
  db: Kysely<CatalogTables>,
  model: string,
  alias: string,
): Promise<readonly string[]> => {
  const rows = await db
    .selectFrom('deployments')
    .select('id')
    .where('model', '=', model)
    .where('alias', '=', alias)
    .orderBy('seq', 'desc')
    .execute();
  return rows.map(({ id }) => id);
};

const revisionOf = async (transaction: CatalogTransaction, model: string, alias: string): Promise<number> => {
  const row = await transaction
    .selectFrom('aliases')
    .select('revision')
    .where('model', '=', model)
    .where('alias', '=', alias)
    .executeTakeFirst();
  return row?.revision ?? 0;
};

/**
 * Moves an alias by compare-and-set. A deployment that was made before answers with the state it made, also
 * when the alias has moved on since, so that a repeated call gets what the lost answer said.
 * @throws ALIAS_CONFLICT, MODEL_NOT_FOUND
 */
export const moveAlias = async (
  transaction: CatalogTransaction,
  deployment: Deployment,
  deploymentId: string,
  expectedRevision: number,
): Promise<AliasState> => {
  const { model, alias, modelVersion: modelVersionId, at } = deployment;
  const { version, model: owner } = await versionOf(transaction, modelVersionId);
  if (owner !== model)
    throw plumblineError(
      'MODEL_NOT_FOUND',
      `version ${modelVersionId} belongs to ${owner}, not to ${model}`,
      {
        details: { model, owner, modelVersionId },
      },
    );
  const before = await transaction
    .selectFrom('deployments')
    .select('seq')
    .where('id', '=', deploymentId)
    .executeTakeFirst();
  const state = { model, alias, modelVersionId, version, deploymentId, updatedAt: at };
  if (before !== undefined) return { ...state, revision: before.seq };

  const found = await revisionOf(transaction, model, alias);
  if (found !== expectedRevision)
    throw plumblineError(
      'ALIAS_CONFLICT',
      `alias ${model}@${alias} is at revision ${found}, not ${expectedRevision}: somebody moved it meanwhile`,
      { details: { model, alias, revision: found, expectedRevision } },
    );
  const revision = found + 1;
  await rememberArtifact(transaction, { kind: deployment.kind, id: deploymentId, now: at });
  await transaction
    .insertInto('deployments')
    .values({
      id: deploymentId,
      model,
      alias,
      seq: revision,
      model_version_id: modelVersionId,
      created_at: at,
    })
    .execute();
  const moved = { model_version_id: modelVersionId, deployment_id: deploymentId, revision, updated_at: at };
  await transaction
    .insertInto('aliases')
    .values({ model, alias, ...moved })
    .onConflict((conflict) => conflict.columns(['model', 'alias']).doUpdateSet(moved))
    .execute();
  return { ...state, revision };
};
