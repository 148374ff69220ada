import type { SourceState } from '../../../contracts/index.js';
import type { SourceCatalogContext } from '../ports.js';

/** Every source of the catalog as it stands, by name. */
export const listSources = ({
  ctx,
}: {
  ctx: Pick<SourceCatalogContext, 'sources'>;
}): Promise<readonly SourceState[]> => ctx.sources.list();
