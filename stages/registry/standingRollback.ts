import type { Deployment } from '../../contracts/index.js';

type Deployed = Deployment & { readonly deploymentId: string };

/** The rollback that took the alias away from a version, unless the version has had the alias again since. */
export const standingRollback = (
  newestFirst: readonly Deployed[],
  modelVersionId: string,
): Deployed | null => {
  const last = newestFirst.find(
    ({ action, modelVersion, previous }) =>
      modelVersion === modelVersionId || (action === 'rollback' && previous === modelVersionId),
  );
  return last === undefined || last.modelVersion === modelVersionId ? null : last;
};
