import { type Deployment, plumblineError } from '../../contracts/index.js';
import { moveAlias } from './moveAlias.js';
import type { RegistryContext } from './ports.js';

export interface RollbackAliasInput {
  readonly model: string;
  readonly alias: string;
  /** The version to return to; the one before the current one when left out. */
  readonly to?: string | undefined;
  readonly by: string;
  readonly reason: string;
}

type Deployed = Deployment & { readonly deploymentId: string };

/**
 * The versions a rollback can go back through, oldest first, the current one last: a promotion adds one, a
 * rollback takes away what it went back over, so that rolling back twice goes two versions back.
 */
const standingVersions = (newestFirst: readonly Deployed[]): string[] => {
  const standing: string[] = [];
  for (const { action, modelVersion } of newestFirst.toReversed()) {
    const place = action === 'rollback' ? standing.lastIndexOf(modelVersion) : -1;
    if (place >= 0) standing.length = place + 1;
    else standing.push(modelVersion);
  }
  return standing;
};

/**
 * Puts the alias back on an earlier version, without a gate. The same request (same instant, person and reason)
 * again changes nothing.
 * @throws MODEL_NOT_FOUND when the alias or an earlier version does not exist; DECISION_REFUSED when `to` never
 *   held the alias, since that would go round the gate; ALIAS_CONFLICT
 */
export const rollbackAlias = async ({ ctx, input }: { ctx: RegistryContext; input: RollbackAliasInput }) => {
  const { model, alias, to, by, reason } = input;
  const { deploymentId, modelVersionId, revision } = await moveAlias(
    ctx.catalog,
    { model, alias },
    async (state) => {
      if (state === null)
        throw plumblineError('MODEL_NOT_FOUND', `${model} has no alias ${alias} to roll back.`);
      const history = await ctx.catalog.deployments(model, alias);
      const newest = history.find((deployment) => deployment.deploymentId === state.deploymentId);
      const repeated =
        newest?.action === 'rollback' &&
        newest.at === ctx.now &&
        newest.by === by &&
        newest.reason === reason &&
        (to === undefined || to === newest.modelVersion);
      if (repeated || to === state.modelVersionId) return state;
      const target = to ?? standingVersions(history).at(-2);
      if (target === undefined)
        throw plumblineError(
          'MODEL_NOT_FOUND',
          `Version ${state.version} is the first that ${alias} of ${model} has pointed to; there is none before it.`,
        );
      if (!history.some((deployment) => deployment.modelVersion === target))
        throw plumblineError(
          'DECISION_REFUSED',
          `${target} has never been ${alias} of ${model}; promote it through the gate instead.`,
        );
      return {
        kind: 'Deployment',
        model,
        alias,
        modelVersion: target,
        previous: state.modelVersionId,
        action: 'rollback',
        evidence: null,
        by,
        reason,
        at: ctx.now,
      };
    },
  );
  return { deploymentId, modelVersionId, revision };
};
