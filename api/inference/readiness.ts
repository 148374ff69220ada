import type { ModelHost } from '../../stages/serving/index.js';
import type { DependencyState } from '../http/index.js';

/**
 * Ready to answer: the catalog was read once and every deployed model has a version in memory. A catalog or row
 * store that goes away later does not take a server out of service that can still answer.
 */
export const readinessOf = (host: ModelHost): Record<string, DependencyState> => {
  const { synced, catalogError } = host;
  const missing = host.list().filter(({ served }) => served?.alive !== true);
  const models = missing.map(
    ({ model, alias, error }) => `${model}@${alias}: ${error?.message ?? 'is being loaded'}`,
  );
  return {
    catalog: { ok: synced, ...(catalogError === null ? {} : { detail: catalogError.message }) },
    models: { ok: missing.length === 0, ...(models.length === 0 ? {} : { detail: models.join('; ') }) },
  };
};
