import { type Deployment, PlumblineError } from '../../contracts/index.js';
import type { AliasState, ModelCatalog } from './ports.js';

/**
 * Moves an alias by compare-and-set. `plan` sees the alias as it stands and returns the deployment to make, or
 * the state to leave as it is; when another change comes between, it is asked once more with the new state.
 * @throws ALIAS_CONFLICT when a change comes between twice, and what `plan` throws
 */
export const moveAlias = async (
  catalog: ModelCatalog,
  { model, alias }: { readonly model: string; readonly alias: string },
  plan: (state: AliasState | null) => Promise<Deployment | AliasState>,
): Promise<AliasState> => {
  const attempt = async () => {
    const state = await catalog.alias(model, alias);
    const planned = await plan(state);
    return 'kind' in planned ? catalog.deploy(planned, state?.revision ?? 0) : planned;
  };
  try {
    return await attempt();
  } catch (error) {
    if (!(error instanceof PlumblineError && error.code === 'ALIAS_CONFLICT')) throw error;
    return attempt();
  }
};
