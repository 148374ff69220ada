import { type CatalogSource, plumblineError } from '../../../contracts/index.js';
import type { Connector } from './connector.js';

const refuse = ({ name, source }: CatalogSource): never => {
  throw plumblineError(
    'PIPELINE_INVALID',
    `source ${name}: "${source}" of the catalog is read as its own entry says, by that name`,
    { details: { source: name } },
  );
};

/** Stands for an entry of the catalog, which is looked up before anything is read: by itself it reads nothing. */
export const catalog: Connector<CatalogSource> = {
  mode: () => 'snapshot',
  // biome-ignore lint/correctness/useYield: there is nothing to give.
  async *read(source) {
    refuse(source);
  },
  test: async (source) => refuse(source),
};
