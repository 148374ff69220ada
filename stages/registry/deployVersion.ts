import { modelNameOf, type Pipeline, plumblineError } from '../../contracts/index.js';
import { moveAlias } from './moveAlias.js';
import type { RegistryContext } from './ports.js';

export interface DeployVersionInput {
  readonly pipeline: Pipeline;
  readonly modelVersionId: string;
  /** The gate's decision that let the version pass. */
  readonly decisionId: string;
  readonly by: string;
  readonly reason: string;
  /** When it was decided; the instant of the run when left out. */
  readonly at?: string | undefined;
}

/**
 * Puts the alias on a version that passed the gate. A version that is there already stays.
 * @throws DECISION_REFUSED when the decision is of another version or did not let it pass, or when the alias
 *   has moved since to a version the candidate was not compared with; ALIAS_CONFLICT; OBJECT_NOT_FOUND
 */
export const deployVersion = async ({ ctx, input }: { ctx: RegistryContext; input: DeployVersionInput }) => {
  const { pipeline, modelVersionId, decisionId, by, reason, at = ctx.now } = input;
  const model = modelNameOf(pipeline);
  const { alias } = pipeline.promotion;
  const decision = await ctx.artifacts.get('GateDecision', decisionId);
  const fits = decision.candidate === modelVersionId && decision.model === model && decision.alias === alias;
  if (!fits || !decision.passed)
    throw plumblineError(
      'DECISION_REFUSED',
      `Gate decision ${decisionId} does not let ${modelVersionId} become ${alias} of ${model}.`,
    );
  const { deploymentId, revision } = await moveAlias(ctx.catalog, { model, alias }, async (state) => {
    if (state?.modelVersionId === modelVersionId) return state;
    if ((state?.modelVersionId ?? null) !== decision.champion)
      throw plumblineError(
        'DECISION_REFUSED',
        `${alias} of ${model} has moved to version ${state?.version ?? 'none'} since the gate decided; promote again.`,
      );
    return {
      kind: 'Deployment',
      model,
      alias,
      modelVersion: modelVersionId,
      previous: state?.modelVersionId ?? null,
      action: 'promote',
      evidence: decisionId,
      by,
      reason,
      at,
    };
  });
  return { deploymentId, modelVersionId, revision };
};
